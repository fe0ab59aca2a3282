# libxcb is the system's and shared: where the display is and who may use it belongs to the machine. Its extensions
# (tables of requests, no more) are the system's too, but static where there is an archive: each shared library costs
# 0.04 ms at every start.
find_package(PkgConfig REQUIRED)
pkg_check_modules(xcb REQUIRED IMPORTED_TARGET xcb)
add_library(vendor_x11 INTERFACE)

# Links LIBRARY's archive, which needs the libraries that follow; without one, what pkg-config says of MODULE.
function(x11_link module library)
    pkg_check_modules(${library} REQUIRED IMPORTED_TARGET ${module})
    find_library(${library}_ARCHIVE NAMES lib${library}.a HINTS ${${library}_LIBRARY_DIRS} ${${library}_LIBDIR})
    mark_as_advanced(${library}_ARCHIVE)
    if(${library}_ARCHIVE)
        add_library(archive_${library} STATIC IMPORTED GLOBAL)
        set_target_properties(archive_${library} PROPERTIES IMPORTED_LOCATION ${${library}_ARCHIVE}
            INTERFACE_INCLUDE_DIRECTORIES "${${library}_INCLUDE_DIRS}")
        target_link_libraries(archive_${library} INTERFACE ${ARGN})
        target_link_libraries(vendor_x11 INTERFACE archive_${library})
    else()
        target_link_libraries(vendor_x11 INTERFACE PkgConfig::${library})
    endif()
endfunction()
foreach(extension xtest res xkb xfixes)
    x11_link(xcb-${extension} xcb-${extension} PkgConfig::xcb)
endforeach()
