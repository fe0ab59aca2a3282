# cmocka by our own rules: its CMakeLists.txt makes a shared library and a target `dist`, and so does libzip's.
vendor_source(cmocka cmocka_dir)
add_library(vendor_cmocka STATIC ${cmocka_dir}/src/cmocka.c)
target_include_directories(vendor_cmocka SYSTEM PUBLIC ${cmocka_dir}/include)
target_compile_definitions(vendor_cmocka PRIVATE HAVE_INTTYPES_H HAVE_SIGNAL_H HAVE_STRINGS_H HAVE_MALLOC_H
    HAVE_STRUCT_TIMESPEC HAVE_GCC_THREAD_LOCAL_STORAGE
    $<$<BOOL:${UNIX}>:HAVE_STRSIGNAL;HAVE_SIGLONGJMP;HAVE_CLOCK_REALTIME>)
