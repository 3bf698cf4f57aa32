# UNTRIED: this port was written by the documentation of vcpkg, and nobody has built it yet.
#
# An overlay port beside its sources: vcpkg install airudder --overlay-ports=bindings-c/packaging/vcpkg
# vcpkg has no Rust; cargo 1.89 or later must be on the PATH, and VCPKG_KEEP_ENV_VARS must name PATH.
# What rustc makes is optimized, for programs that are debugged, too.
set(VCPKG_BUILD_TYPE release)
set(VCPKG_POLICY_MISMATCHED_NUMBER_OF_BINARIES enabled)
find_program(CARGO cargo REQUIRED)

get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(BUILD_PATH "${CURRENT_BUILDTREES_DIR}/${TARGET_TRIPLET}-rel")

vcpkg_execute_required_process(
  COMMAND tools/release "${CARGO}" build --release --locked -p airudder-c --target-dir "${BUILD_PATH}"
  WORKING_DIRECTORY "${SOURCE_PATH}"
  LOGNAME "build-${TARGET_TRIPLET}")
vcpkg_execute_required_process(
  COMMAND bindings-c/install "${CURRENT_PACKAGES_DIR}" "${BUILD_PATH}/release"
  WORKING_DIRECTORY "${SOURCE_PATH}"
  LOGNAME "install-${TARGET_TRIPLET}")

# A triplet wants one of the two kinds. The package file for CMake names both, and a target for the one that is there.
if(VCPKG_LIBRARY_LINKAGE STREQUAL "static")
  file(GLOB OTHERS "${CURRENT_PACKAGES_DIR}/lib/libairudder.so*")
else()
  set(OTHERS "${CURRENT_PACKAGES_DIR}/lib/libairudder.a")
endif()
file(REMOVE ${OTHERS})

# vcpkg keeps package files in share/NAME, one folder less deep; what they name is named from there.
file(RENAME "${CURRENT_PACKAGES_DIR}/lib/cmake/airudder/airudder-config.cmake"
  "${CURRENT_PACKAGES_DIR}/share/airudder/airudder-config.cmake")
file(RENAME "${CURRENT_PACKAGES_DIR}/lib/cmake/airudder/airudder-config-version.cmake"
  "${CURRENT_PACKAGES_DIR}/share/airudder/airudder-config-version.cmake")
vcpkg_replace_string("${CURRENT_PACKAGES_DIR}/share/airudder/airudder-config.cmake" "/../../.." "/../..")
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/lib/cmake" "${CURRENT_PACKAGES_DIR}/share/doc")
vcpkg_fixup_pkgconfig()

file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST
  "${SOURCE_PATH}/LICENSE-APACHE" "${SOURCE_PATH}/LICENSE-MIT" "${SOURCE_PATH}/bindings-c/THIRD-PARTY.md")
