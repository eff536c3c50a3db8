//! The fields of the results of commands, for programs and for completion. A test compares them with what commands print.

use std::ffi::{OsStr, OsString};

use clap_complete::CompletionCandidate;

/// A line for each command: `COMMAND: FIELD,…`.
const FIELDS: &str = include_str!("output_fields.txt");

/// The fields of a command, or `None` if its result has none.
pub(crate) fn fields_of(command: &str) -> Option<impl Iterator<Item = &'static str> + use<>> {
    let line = FIELDS.lines().find_map(|line| line.strip_prefix(command)?.strip_prefix(": "))?;
    Some(line.split(','))
}

/// Completes a field of the command that the line names.
pub(super) fn complete(typed: &OsStr) -> Vec<CompletionCandidate> {
    complete_for(std::env::args_os(), typed)
}

fn complete_for(line: impl Iterator<Item = OsString>, typed: &OsStr) -> Vec<CompletionCandidate> {
    let words: Vec<String> =
        line.filter_map(|word| word.into_string().ok()).filter(|word| !word.starts_with('-')).collect();
    // A command of a group has two words, others have one.
    let pairs = words.windows(2).map(|pair| pair.join(" "));
    let fields = pairs.chain(words.iter().cloned()).find_map(|name| fields_of(&name));
    let Some(typed) = typed.to_str() else { return Vec::new() };
    fields.into_iter().flatten().filter(|field| field.starts_with(typed)).map(CompletionCandidate::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(line: &str, typed: &str) -> Vec<String> {
        let candidates = complete_for(line.split(' ').map(OsString::from), OsStr::new(typed));
        candidates.into_iter().map(|candidate| candidate.get_value().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn the_fields_of_the_command_are_offered() {
        assert_eq!(offered("ssgctl -- ssgctl --db x.db note list ABC --fields a", "a"), ["at", "author"]);
        assert_eq!(
            offered("ssgctl -- ssgctl version --fields s", "s"),
            ["ssgctl", "schema", "sqlite", "sqlite_source"]
        );
        assert!(offered("ssgctl -- ssgctl completions --fields ", "").is_empty());
    }
}
