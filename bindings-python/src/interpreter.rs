//! A process in which this module is imported more than once: by a second interpreter, or by a package imported anew.

use pyo3::{exceptions::PyImportError, prelude::*, sync::PyOnceLock};

/// The `sys` of the interpreter that imported this module. Kept, so that no other one can have its address.
static HOME: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// The package that imported this module first.
static PACKAGE: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// Refuses a second interpreter: the classes of this module belong to the first one, and die with it.
pub(crate) fn check_interpreter(py: Python<'_>) -> PyResult<()> {
    let sys = py.import("sys")?;
    if HOME.get_or_init(py, || sys.clone().unbind()).is(&sys) {
        return Ok(());
    }
    Err(PyImportError::new_err(
        "airudder works in one interpreter of a process, and another one imported it: \
         with mod_wsgi, set `WSGIApplicationGroup %{GLOBAL}`",
    ))
}

/// The package that imported this module first, which is this one if none did.
#[pyfunction]
#[pyo3(signature = (package, /))]
pub(crate) fn first_package<'py>(package: &Bound<'py, PyModule>) -> Bound<'py, PyModule> {
    let py = package.py();
    PACKAGE.get_or_init(py, || package.clone().unbind()).bind(py).clone()
}
