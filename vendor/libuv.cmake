# libuv always defines its shared library too: left out of "all", never linked.
vendor_source(libuv libuv_dir)
set(LIBUV_BUILD_TESTS OFF CACHE INTERNAL "")
add_subdirectory(${libuv_dir} libuv EXCLUDE_FROM_ALL)
add_library(vendor_libuv INTERFACE)
target_include_directories(vendor_libuv SYSTEM INTERFACE ${libuv_dir}/include)
target_link_libraries(vendor_libuv INTERFACE uv_a)
