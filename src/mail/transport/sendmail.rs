//! Other people's programs: what they are given and what they print is in memory, and they do not run longer than they may.

use std::fs::File;
use std::io;
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{MemfdFlags, memfd_create};

/// A file in memory. Unlike a pipe it is never full, so that nobody waits for a program that does not read.
pub fn memory() -> io::Result<File> {
    Ok(File::from(memfd_create("ssgctl", MemfdFlags::CLOEXEC)?))
}

/// How a program ended; nothing when it had to be ended because its time was over.
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
