//! Environment variables that are set but empty, which count as unset.

use std::env;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Starts this program again without its empty environment variables, if there are any. Scripts empty a variable to unset it,
/// and the XDG base directory specification demands that reading.
///
/// The environment of a running process cannot be changed safely, and variables are read in several places: by the parser of
/// arguments, by libraries and by this program.
pub(crate) fn unset_empty_variables() {
    let empty: Vec<OsString> = env::vars_os()
        .filter(|(name, value)| {
            value.is_empty() && [&b"SSGCTL_"[..], b"XDG_"].iter().any(|p| name.as_bytes().starts_with(p))
        })
        .map(|(name, _)| name)
        .collect();
    if empty.is_empty() {
        return;
    }
    let Ok(program) = env::current_exe() else { return };
    let mut arguments = env::args_os();
    let mut command = Command::new(program);
    command.arg0(arguments.next().unwrap_or_else(|| "ssgctl".into())).args(arguments);
    for name in empty {
        command.env_remove(name);
    }
    // It returns only if the program cannot be started again; the empty values then stay.
    let _ = command.exec();
}
