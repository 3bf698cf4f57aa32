//! The campaign's journal: a file that one campaign has at a time, that grows by whole lines, and is on the disk before
//! anything is sent.

use std::{
    fs::{self, File, Metadata, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{self, Path, PathBuf},
};

use airudder_core::{Error, ErrorCode};

use crate::Stopped;

pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    /// The number of bytes read.
    length: u64,
    _name: Option<name::Taken>,
}

impl Journal {
    /// Opens the file, or makes it; until it is closed, or the process dies, no other campaign can have it.
    pub(crate) fn open(path: &Path) -> Result<Self, Stopped> {
        let path = path::absolute(path)?;
        let mut options = OpenOptions::new();
        options.create(true).read(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        let taken = || conflict(&path, "another process runs the campaign of this journal");
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => taken(),
            TryLockError::Error(error) => error.into(),
        })?;
        let name = name::take(&file.metadata()?).map_err(|_| taken())?;
        #[cfg(unix)]
        if let Some(folder) = path.parent() {
            // A new file is to be in its folder after a power failure; some file systems cannot promise that.
            let _ = File::open(folder)?.sync_all();
        }
        Ok(Self { path, file, length: 0, _name: name })
    }

    /// The journal of an earlier run.
    pub(crate) fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file.read_to_end(&mut bytes)?;
        self.length = bytes.len() as u64;
        Ok(bytes)
    }

    /// Cuts off a torn line.
    pub(crate) fn cut(&self, length: usize) -> Result<(), Stopped> {
        if length as u64 != self.length {
            self.check(self.length)?; // only what was read may go
            self.file.set_len(length as u64)?;
        }
        Ok(())
    }

    /// Appends to a journal of this length, and waits for the disk. Of lines that cannot be written, for instance on a
    /// full disk, none stays, unless somebody else has written, too.
    pub(crate) fn append(&mut self, lines: &str, at: u64) -> Result<(), Stopped> {
        self.check(at)?;
        let mut rest = lines.as_bytes();
        if let Err(error) = write_all(&mut self.file, &mut rest).and_then(|()| self.file.sync_data()) {
            if self.file.metadata()?.len() == at + (lines.len() - rest.len()) as u64 {
                self.file.set_len(at)?;
            }
            return Err(error.into());
        }
        self.check(at + lines.len() as u64)
    }

    /// Finds other writers, whom the locks do not keep away everywhere.
    fn check(&self, length: u64) -> Result<(), Stopped> {
        let own = self.file.metadata()?;
        if own.len() != length {
            return Err(conflict(&self.path, "somebody else writes this journal"));
        }
        match fs::metadata(&self.path) {
            Ok(named) if same(&own, &named) => Ok(()),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Err(conflict(&self.path, "the journal was moved, removed or replaced during the campaign")),
        }
    }
}

/// [`Write::write_all`], which also tells how far it came.
fn write_all(file: &mut File, rest: &mut &[u8]) -> io::Result<()> {
    while !rest.is_empty() {
        match file.write(rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => *rest = &rest[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn conflict(path: &Path, why: &str) -> Stopped {
    Error::new(ErrorCode::JournalConflict, format!("{}: {why}", path.display())).into()
}

#[cfg(unix)]
fn same(own: &Metadata, named: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (own.dev(), own.ino()) == (named.dev(), named.ino())
}

/// Elsewhere, an open file keeps its name.
#[cfg(not(unix))]
fn same(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// The name that JavaScript has instead of a lock, where it may not start the program that locks files.
#[cfg(target_os = "linux")]
mod name {
    use std::{
        fs::Metadata,
        io,
        os::{
            linux::net::SocketAddrExt as _,
            unix::{
                fs::MetadataExt as _,
                net::{SocketAddr, UnixListener},
            },
        },
    };

    pub(super) type Taken = UnixListener;

    /// Takes the name, which fills the whole address, since some runtimes pad shorter ones. Where there are no such
    /// names, the lock has to do.
    pub(super) fn take(file: &Metadata) -> io::Result<Option<Taken>> {
        let mut name = format!("airudder-journal-{}-{}", file.dev(), file.ino()).into_bytes();
        name.resize(107, 0);
        match SocketAddr::from_abstract_name(name).and_then(|address| UnixListener::bind_addr(&address)) {
            Ok(taken) => Ok(Some(taken)),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
            Err(_) => Ok(None),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod name {
    use std::{convert::Infallible, fs::Metadata, io};

    pub(super) type Taken = Infallible;

    #[expect(clippy::unnecessary_wraps, reason = "the name may be taken where there is one")]
    pub(super) fn take(_: &Metadata) -> io::Result<Option<Taken>> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "{\"line\":1}\n";
    const LEN: u64 = LINE.len() as u64;

    fn conflicts(result: Result<impl Sized, Stopped>) -> bool {
        matches!(result, Err(Stopped::Api(error)) if error.code() == ErrorCode::JournalConflict)
    }

    #[test]
    fn one_at_a_time_in_one_process_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("july.jsonl");
        let journal = Journal::open(&path).unwrap();
        assert!(conflicts(Journal::open(&path)));
        drop(journal);
        Journal::open(&path).unwrap();
    }

    #[test]
    fn lines_go_where_the_core_says_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("july.jsonl");
        let mut journal = Journal::open(&path).unwrap();
        journal.append(LINE, 0).unwrap();
        journal.append(LINE, LEN).unwrap();
        assert!(conflicts(journal.append(LINE, LEN)));
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"foreign\n").unwrap();
        assert!(conflicts(journal.append(LINE, 2 * LEN)));
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{LINE}{LINE}foreign\n"));
    }

    #[test]
    fn a_torn_line_is_cut_off_but_not_what_came_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("july.jsonl");
        fs::write(&path, format!("{LINE}torn")).unwrap();
        let mut journal = Journal::open(&path).unwrap();
        journal.read().unwrap();
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"foreign\n").unwrap();
        assert!(conflicts(journal.cut(LINE.len())));
        fs::write(&path, format!("{LINE}torn")).unwrap();
        journal.cut(LINE.len()).unwrap();
        journal.append(LINE, LEN).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{LINE}{LINE}"));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_was_replaced_takes_no_line_more() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("july.jsonl");
        let mut journal = Journal::open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::rename(&path, folder.path().join("moved")).unwrap();
        assert!(conflicts(journal.append(LINE, 0)));
        File::create(&path).unwrap();
        assert!(conflicts(journal.append(LINE, 0)));
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
    }
}
