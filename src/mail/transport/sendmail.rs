//! Runs external programs with a time limit, with their input and output in memory.

use std::fs::File;
use std::io;
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{MemfdFlags, memfd_create};

/// A file in memory. Unlike a pipe it never fills up, so a program that does not read its input cannot block the writer.
pub fn memory() -> io::Result<File> {
    Ok(File::from(memfd_create("ssgctl", MemfdFlags::CLOEXEC)?))
}

/// Waits for a program to exit; `None` if it was killed because the timeout passed.
pub fn wait(child: &mut Child, timeout: Duration) -> io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + timeout;
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}
