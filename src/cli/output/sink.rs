//! Where results go: to stdout, to a new private file, or to a buffer until the transaction that they describe has
//! committed.

use std::env;
use std::fs::File;
use std::io::{self, BufWriter, Seek, Stdout, Write};
use std::path::Path;

use ssgctl::Error;
use ssgctl::store::files::{self, Draft};

use crate::exit::{ErrorCode, Failure, Result};
use crate::output::pager::PagedTerminal;

/// Bytes to collect before each write.
const BUFFER: usize = 64 * 1024;

/// A new private file, which gets its name when it is complete: nobody ever reads half a file.
pub(crate) struct NewFile {
    out: BufWriter<Draft>,
}

impl NewFile {
    pub(crate) fn create(path: &Path, replace: bool) -> Result<Self> {
        if !replace && path.symlink_metadata().is_ok() {
            return Err(with_force_hint(Error::FileExists { path: path.to_owned() }));
        }
        let draft = if replace { Draft::replacing(path) } else { Draft::next_to(path) }?;
        Ok(Self { out: BufWriter::with_capacity(BUFFER, draft) })
    }

    /// A file that has its content, on disk, and gets its name with `publish`.
    pub(crate) fn holding(path: &Path, replace: bool, content: &[u8]) -> Result<Self> {
        let draft =
            Self::create(path, replace)?.out.into_inner().map_err(|error| Failure::output(error.into_error()))?;
        Ok(Self { out: BufWriter::with_capacity(BUFFER, draft.holding(content)?) })
    }

    /// Flushes the completed file to disk and gives it its name.
    pub(crate) fn publish(self) -> Result<()> {
        let draft = self.out.into_inner().map_err(|error| Failure::output(error.into_error()))?;
        if !draft.publish()? {
            return Err(Failure::new(ErrorCode::Exists, "another process created the file in the meantime"));
        }
        Ok(())
    }
}

/// Says how to replace a file that exists, for a command that has `--force`.
pub(crate) fn with_force_hint(error: Error) -> Failure {
    let exists = matches!(error, Error::FileExists { .. });
    let failure = Failure::from(error);
    if exists { failure.hint("replace it with --force") } else { failure }
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
    /// A terminal whose height is known.
    Terminal(BufWriter<PagedTerminal>),
    File(NewFile),
    /// A temporary file, because results of any length may wait here for their commit.
    Buffered(BufWriter<File>),
}

impl Sink {
    #[expect(clippy::disallowed_methods, reason = "the one place that writes results")]
    pub(super) fn stdout() -> Self {
        Self::Stdout(BufWriter::with_capacity(BUFFER, io::stdout()))
    }

    /// A terminal of this height, with a pager for longer results.
    #[expect(clippy::disallowed_methods, reason = "the other place that writes results")]
    pub(super) fn terminal(height: u16) -> Self {
        Self::Terminal(BufWriter::with_capacity(BUFFER, PagedTerminal::new(io::stdout(), height)))
    }

    /// Whether results went to a pager.
    pub(super) fn has_pager(&self) -> bool {
        matches!(self, Self::Terminal(out) if out.get_ref().has_pager())
    }

    /// A buffer in a file without a name: it vanishes with the process, however that ends.
    pub(super) fn buffered() -> Result<Self> {
        Ok(Self::Buffered(BufWriter::with_capacity(BUFFER, files::temporary_file(&env::temp_dir().join("ssgctl"))?)))
    }

    /// Copies a buffer to stdout; other sinks stay as they are.
    pub(super) fn released(self) -> Result<Self> {
        let Self::Buffered(buffer) = self else { return Ok(self) };
        let mut file = buffer.into_inner().map_err(|error| Failure::output(error.into_error()))?;
        file.rewind().map_err(Failure::output)?;
        let mut out = Self::stdout();
        io::copy(&mut file, &mut out).map_err(Failure::output)?;
        out.flush().map_err(Failure::output)?;
        Ok(out)
    }

    /// Gives a file its name; other sinks stay as they are.
    pub(super) fn published(self) -> Result<Self> {
        let Self::File(file) = self else { return Ok(self) };
        file.publish()?;
        Ok(Self::stdout())
    }

    /// Drops what is still buffered. `into_parts` keeps `BufWriter` from flushing it on drop.
    pub(super) fn discard(self) {
        match self {
            Self::Stdout(out) => drop(out.into_parts()),
            Self::Terminal(out) => out.into_parts().0.discard(),
            Self::File(file) => drop(file.out.into_parts()),
            Self::Buffered(out) => drop(out.into_parts()),
        }
    }
}

/// Writes a new private file in one step, for a command that prints where its result is.
pub(crate) fn write_file(path: &Path, replace: bool, content: &[u8]) -> Result<()> {
    let mut file = NewFile::create(path, replace)?;
    file.write_all(content).map_err(Failure::output)?;
    file.publish()
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::Terminal(out) => out.write(bytes),
            Self::File(file) => file.write(bytes),
            Self::Buffered(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::Terminal(out) => out.flush(),
            Self::File(file) => file.flush(),
            Self::Buffered(out) => out.flush(),
        }
    }
}
