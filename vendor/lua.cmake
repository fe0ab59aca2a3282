# Lua without its interpreter, LuaFileSystem and lua-cjson: plain C files, compiled here, since their makefiles want to
# make shared modules for an installed Lua.
vendor_source(lua lua_dir)
file(GLOB lua_sources ${lua_dir}/src/*.c)
list(FILTER lua_sources EXCLUDE REGEX "/(lua|luac)\\.c$")
add_library(vendor_lua STATIC ${lua_sources})
target_include_directories(vendor_lua SYSTEM PUBLIC ${lua_dir}/src)
# As Lua's own makefile: what Lua 5.3 scripts use stays there. No dlopen: the modules are inside.
target_compile_definitions(vendor_lua PUBLIC LUA_COMPAT_5_3 PRIVATE $<$<BOOL:${UNIX}>:LUA_USE_POSIX>)
if(UNIX)
    target_link_libraries(vendor_lua PUBLIC m)
endif()

# Compiles our modules while we are built.
if(NOT CMAKE_CROSSCOMPILING)
    add_executable(vendor_luac ${lua_dir}/src/luac.c)
    target_link_libraries(vendor_luac PRIVATE vendor_lua)
endif()

vendor_source(lfs lfs_dir)
add_library(vendor_lfs STATIC ${lfs_dir}/src/lfs.c)
target_link_libraries(vendor_lfs PRIVATE vendor_lua)

vendor_source(cjson cjson_dir)
add_library(vendor_cjson STATIC ${cjson_dir}/lua_cjson.c ${cjson_dir}/strbuf.c ${cjson_dir}/fpconv.c)
target_link_libraries(vendor_cjson PRIVATE vendor_lua)
