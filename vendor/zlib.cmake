# zlib by our own rules: its CMakeLists.txt always makes the shared library too and renames zconf.h in its own source.
vendor_source(zlib zlib_dir)
file(GLOB zlib_sources ${zlib_dir}/*.c)
add_library(vendor_zlib STATIC ${zlib_sources})
target_include_directories(vendor_zlib SYSTEM PUBLIC ${zlib_dir})
target_compile_definitions(vendor_zlib PRIVATE $<$<BOOL:${UNIX}>:HAVE_UNISTD_H;_LARGEFILE64_SOURCE>)
