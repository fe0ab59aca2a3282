# libzip with every option off but zlib: no crypto, no other compressions, no tools.
vendor_source(libzip libzip_dir)
foreach(option COMMONCRYPTO GNUTLS MBEDTLS OPENSSL WINDOWS_CRYPTO BZIP2 LZMA)
    set(ENABLE_${option} OFF CACHE INTERNAL "")
endforeach()
foreach(option BUILD_TOOLS BUILD_REGRESS BUILD_EXAMPLES BUILD_DOC BUILD_SHARED_LIBS LIBZIP_DO_INSTALL)
    set(${option} OFF CACHE INTERNAL "")
endforeach()

# Its find_package(ZLIB) must find ours and not the system's.
add_library(ZLIB::ZLIB INTERFACE IMPORTED GLOBAL)
target_link_libraries(ZLIB::ZLIB INTERFACE vendor_zlib)
set(ZLIB_INCLUDE_DIR ${zlib_dir} CACHE INTERNAL "")
set(ZLIB_LIBRARY vendor_zlib CACHE INTERNAL "")

set(CMAKE_MESSAGE_LOG_LEVEL ERROR) # it warns of everything that it was told to leave out
add_subdirectory(${libzip_dir} libzip EXCLUDE_FROM_ALL)
unset(CMAKE_MESSAGE_LOG_LEVEL)
add_library(vendor_libzip INTERFACE)
target_include_directories(vendor_libzip SYSTEM INTERFACE ${libzip_dir}/lib ${CMAKE_CURRENT_BINARY_DIR}/libzip)
target_link_libraries(vendor_libzip INTERFACE zip)
