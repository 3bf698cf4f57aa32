//! The campaign's journal: a file that grows by whole lines, and is on the disk before anything is sent.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};

pub(crate) struct Journal {
    file: File,
}

impl Journal {
    /// Opens the file, or makes it; another process that runs the same campaign has it locked.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
        file.try_lock()?;
        Ok(Self { file })
    }

    /// What an earlier run left.
    pub(crate) fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Cuts off a torn line.
    pub(crate) fn cut(&self, length: usize) -> io::Result<()> {
        self.file.set_len(length as u64)
    }

    pub(crate) fn append(&mut self, lines: &str) -> io::Result<()> {
        self.file.write_all(lines.as_bytes())?;
        self.file.sync_data()
    }
}
