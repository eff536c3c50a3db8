//! Runs external programs with limits on their time and output, with their input and output in memory.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use rustix::process::{Pid, Signal, kill_process_group};

/// The largest output that is kept of a program: room for any password and for what matters of an error message.
pub const MAX_OUTPUT: u64 = 16 * 1024;

/// A file in memory. Unlike a pipe it never fills up, so a program that does not read its input cannot block the writer.
pub fn memory() -> io::Result<File> {
    Ok(File::from(memfd_create("ssgctl", MemfdFlags::CLOEXEC)?))
}

/// A file in memory for the output of a program. It takes [`MAX_OUTPUT`] bytes, and fails to write any more.
pub fn output() -> io::Result<File> {
    let file = File::from(memfd_create("ssgctl", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?);
    file.set_len(MAX_OUTPUT)?;
    fcntl_add_seals(&file, SealFlags::GROW)?;
    Ok(file)
}

/// What a program has written to such a file. It shares the open file, so its position shows how much that is.
pub fn printed(file: &mut File) -> io::Result<Vec<u8>> {
    let length = file.stream_position()?;
    file.rewind()?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Starts a program as the head of a process group, so that what it starts can be ended with it.
pub fn spawn(command: &mut Command) -> io::Result<Child> {
    command.process_group(0).spawn()
}

/// Waits for a program to exit; `None` if it and its process group were killed because the timeout passed.
pub fn wait(child: &mut Child, timeout: Duration) -> io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + timeout;
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            kill_group(child)?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// Kills a program that [`spawn`] started and was not waited for yet, so that its number is its own, and its process group.
fn kill_group(child: &mut Child) -> io::Result<()> {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    match group.map(|group| kill_process_group(group, Signal::KILL)) {
        Some(Ok(())) => Ok(()),
        _ => child.kill(),
    }
}

/// How a program ended, in words.
pub fn ending(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exited with code {code}"),
        (None, Some(signal)) => format!("was killed by signal {signal}"),
        (None, None) => "was killed".to_owned(),
    }
}

/// What a program said on stderr, on one line after a colon; empty if it said nothing.
pub fn complaint(stderr: &mut File) -> String {
    /// Enough for a few sentences; the outbox keeps them with the email.
    const LONGEST: usize = 500;
    let said = printed(stderr).unwrap_or_default();
    let said: String = String::from_utf8_lossy(&said).split_whitespace().collect::<Vec<_>>().join(" ");
    if said.is_empty() { said } else { format!(": {}", said.chars().take(LONGEST).collect::<String>()) }
}
