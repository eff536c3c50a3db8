//! The way that results take: to stdout, into a new private file, or into a spool until it is known that they count.

use std::env;
use std::fs::File;
use std::io::{self, BufWriter, Seek, Stdout, Write};
use std::path::Path;

use ssgctl::error::quoted;
use ssgctl::store::files::{self, Draft};

use crate::exit::{ErrorCode, Failure, Result};

/// How much is kept before it is written.
const BUFFER: usize = 64 * 1024;

/// A new private file, which gets its name when it is complete.
pub(crate) struct NewFile {
    out: BufWriter<Draft>,
    /// Whether another file may have the name now.
    replace: bool,
}

impl NewFile {
    pub(crate) fn create(path: &Path, replace: bool) -> Result<Self> {
        let shown = quoted(path.display());
        match path.symlink_metadata() {
            Ok(there) if replace && !there.is_file() => {
                let message = format!("{shown} is no regular file and is not replaced");
                return Err(Failure::new(ErrorCode::Refused, message));
            }
            Ok(_) if !replace => {
                return Err(
                    Failure::new(ErrorCode::Exists, format!("{shown} is there already")).hint("--force replaces it")
                );
            }
            _ => {}
        }
        Ok(Self { out: BufWriter::with_capacity(BUFFER, Draft::next_to(path)?), replace })
    }

    /// Gives the file its name, now that it is complete and on disk.
    pub(crate) fn publish(self) -> Result<()> {
        let draft = self.out.into_inner().map_err(|error| Failure::output(error.into_error()))?;
        if self.replace {
            draft.publish_over()?;
        } else if !draft.publish()? {
            return Err(Failure::new(ErrorCode::Exists, "another process has made the file meanwhile"));
        }
        Ok(())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Where the bytes of results go.
pub(super) enum Sink {
    Stdout(BufWriter<Stdout>),
    File(NewFile),
    /// Kept until they are released to stdout.
    Spool(BufWriter<File>),
}

impl Sink {
    #[expect(clippy::disallowed_methods, reason = "the one place that writes results")]
    pub(super) fn stdout() -> Self {
        Self::Stdout(BufWriter::with_capacity(BUFFER, io::stdout()))
    }

    /// A file without a name, which goes when the process ends.
    pub(super) fn spool() -> Result<Self> {
        Ok(Self::Spool(BufWriter::with_capacity(BUFFER, files::temporary_file(&env::temp_dir().join("ssgctl"))?)))
    }

    /// Brings what was kept to stdout; what went there at once is there already.
    pub(super) fn released(self) -> Result<Self> {
        let Self::Spool(kept) = self else { return Ok(self) };
        let mut file = kept.into_inner().map_err(|error| Failure::output(error.into_error()))?;
        file.rewind().map_err(Failure::output)?;
        let mut out = Self::stdout();
        io::copy(&mut file, &mut out).map_err(Failure::output)?;
        out.flush().map_err(Failure::output)?;
        Ok(out)
    }

    /// Gives a file its name.
    pub(super) fn published(self) -> Result<Self> {
        let Self::File(file) = self else { return Ok(self) };
        file.publish()?;
        Ok(Self::stdout())
    }

    /// Drops what has not reached its reader yet.
    pub(super) fn discard(self) {
        match self {
            Self::Stdout(out) => drop(out.into_parts()),
            Self::File(file) => drop(file.out.into_parts()),
            Self::Spool(out) => drop(out.into_parts()),
        }
    }
}

/// Writes a new private file in one step, for a command whose result is a file and whose output tells where it is.
pub(crate) fn write_file(path: &Path, replace: bool, content: &[u8]) -> Result<()> {
    let mut file = NewFile::create(path, replace)?;
    file.write_all(content).map_err(Failure::output)?;
    file.publish()
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::File(file) => file.write(bytes),
            Self::Spool(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::File(file) => file.flush(),
            Self::Spool(out) => out.flush(),
        }
    }
}
