"""Builds libairudder from this repository with cargo.

conan create bindings-c/packaging/conan -o "airudder/*:shared=True"

Rust is not in Conan's center: cargo 1.89 or later must be on the PATH.
"""

import re
import shutil
from pathlib import Path

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.files import copy, load, rm, rmdir


class Airudder(ConanFile):
    name = "airudder"
    description = "An unofficial SDK for the AI Rudder API. Not made, endorsed or supported by AI Rudder."
    license = "(MIT OR Apache-2.0) AND Apache-2.0 AND BSD-3-Clause AND MIT AND MIT-0 AND Unicode-3.0 AND Zlib"
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False]}
    default_options = {"shared": False}

    @property
    def _root(self):
        return Path(self.recipe_folder).parents[2]

    @property
    def _manifest(self):
        return load(self, self._root / "Cargo.toml")

    def set_version(self):
        self.version = re.search(r'^version = "(.*)"', self._manifest, re.MULTILINE)[1]

    def export_sources(self):
        """Export what is built, and of the workspace's other members what cargo wants to see."""
        target = Path(self.export_sources_folder)
        for pattern in ("Cargo.toml", "Cargo.lock", "LICENSE-*"):
            copy(self, pattern, self._root, target)
        copy(self, "release", self._root / "tools", target / "tools")
        built = ("core", "core/json", "bindings-c")
        for member in built:
            copy(self, "*", self._root / member, target / member, excludes=("*target/*", "fuzz/*", "*/__pycache__/*"))
        members = re.search(r"^members = \[(.*?)\]", self._manifest, re.MULTILINE | re.DOTALL)[1]
        for member in set(re.findall(r'"(.*)"', members)).difference(built):
            for pattern in ("Cargo.toml", "*.rs"):
                copy(self, pattern, self._root / member, target / member, excludes=("*target/*", "*node_modules/*"))

    def configure(self):
        # It is a C library.
        self.settings.rm_safe("compiler.cppstd")
        self.settings.rm_safe("compiler.libcxx")

    def validate(self):
        if self.settings.os != "Linux":
            raise ConanInvalidConfiguration("bindings-c/install makes packages for Linux alone")

    def validate_build(self):
        if not shutil.which("cargo"):
            raise ConanInvalidConfiguration("cargo is not on the PATH: install Rust 1.89 or later")

    def package_id(self):
        # What rustc makes is optimized, and does not depend on the C compiler.
        del self.info.settings.compiler
        del self.info.settings.build_type

    def build(self):
        self.run(
            f'tools/release cargo build --release --locked -p airudder-c --target-dir "{self.build_folder}/target"',
            cwd=self.source_folder,
        )

    def package(self):
        package = Path(self.package_folder)
        self.run(f'bindings-c/install "{package}" "{self.build_folder}/target/release"', cwd=self.source_folder)
        copy(self, "*", package / "share/doc/airudder", package / "licenses")
        # Conan writes the files for CMake and pkg-config itself.
        for folder in ("lib/cmake", "lib/pkgconfig", "share/doc"):
            rmdir(self, package / folder)
        rm(self, "libairudder.a" if self.options.shared else "libairudder.so*", package / "lib")

    def package_info(self):
        self.cpp_info.libs = ["airudder"]
        if not self.options.shared:
            self.cpp_info.system_libs = ["pthread", "dl", "m"]
            # With -static all of libpthread, as in airudder-config.cmake.in.
            self.cpp_info.exelinkflags = ["-Wl,--whole-archive,-lpthread,--no-whole-archive"]
            self.cpp_info.set_property("cmake_target_aliases", ["airudder::static"])
