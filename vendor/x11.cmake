# XCB is the system's and shared: its protocol and its authority files belong to the machine. libpng is the system's too,
# but static where there is a static one, with our zlib.
find_package(PkgConfig REQUIRED)
pkg_check_modules(xcb REQUIRED IMPORTED_TARGET xcb xcb-xtest xcb-res xcb-xkb xcb-xfixes)
pkg_check_modules(png REQUIRED libpng)
find_library(PNG_ARCHIVE NAMES libpng16.a libpng.a HINTS ${png_LIBRARY_DIRS} ${png_LIBDIR})
mark_as_advanced(PNG_ARCHIVE)
add_library(vendor_x11 INTERFACE)
target_include_directories(vendor_x11 SYSTEM INTERFACE ${png_INCLUDE_DIRS})
target_link_libraries(vendor_x11 INTERFACE PkgConfig::xcb)
if(PNG_ARCHIVE)
    add_library(vendor_png STATIC IMPORTED GLOBAL)
    set_target_properties(vendor_png PROPERTIES IMPORTED_LOCATION ${PNG_ARCHIVE})
    target_link_libraries(vendor_png INTERFACE vendor_zlib m) # a target, so that zlib comes after it on every link line
    target_link_libraries(vendor_x11 INTERFACE vendor_png)
else()
    target_link_libraries(vendor_x11 INTERFACE ${png_LINK_LIBRARIES})
endif()
