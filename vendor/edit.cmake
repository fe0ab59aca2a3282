# libedit is the system's. Static where the archives of it and of what it stands on are there: as shared objects the three
# cost every start of the program 0.2 ms, of which none but the REPL has use. Not found: there is no vendor_edit, and
# `dispatch repl` reads plain lines.
find_package(PkgConfig REQUIRED)
pkg_check_modules(edit IMPORTED_TARGET libedit)
if(edit_FOUND)
    foreach(name edit tinfo bsd)
        find_library(${name}_ARCHIVE NAMES lib${name}.a HINTS ${edit_LIBRARY_DIRS} ${edit_LIBDIR})
        mark_as_advanced(${name}_ARCHIVE)
    endforeach()
    add_library(vendor_edit INTERFACE)
    target_include_directories(vendor_edit SYSTEM INTERFACE ${edit_INCLUDE_DIRS})
    if(edit_ARCHIVE AND tinfo_ARCHIVE AND bsd_ARCHIVE)
        # libbsd is for strlcpy and vis alone: what the C library has (arc4random, for libzip) is taken from there.
        target_link_libraries(vendor_edit INTERFACE ${edit_ARCHIVE} ${tinfo_ARCHIVE} c ${bsd_ARCHIVE})
    else()
        target_link_libraries(vendor_edit INTERFACE PkgConfig::edit)
    endif()
endif()
