"""The recipe for Conan builds the library, and a program with it."""

import os

import pytest
from conftest import ROOT, run

CONAN = ROOT / ".cache/conan/bin/conan"


@pytest.mark.parametrize("shared", [True, False])
def test_a_package_is_made_and_used(shared, tmp_path_factory):
    environment = os.environ | {"CONAN_HOME": str(tmp_path_factory.getbasetemp() / "conan")}
    run(CONAN, "profile", "detect", "--exist-ok", env=environment)
    # Its folder `test_package` is a program of a user's; Conan builds and runs it.
    options = ["-o", f"airudder/*:shared={shared}", "-c", "tools.cmake.cmake_layout:test_folder=$TMP"]
    run(CONAN, "create", ROOT / "bindings-c/packaging/conan", *options, env=environment)
