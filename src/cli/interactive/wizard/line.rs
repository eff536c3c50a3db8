//! The command line: what it answers already, and what it is with every answer on it.

use std::ffi::OsString;

use crate::command_line::CommandLine;
use crate::interactive::wizard::answers::{Answer, Answers, Question, State};

/// The option that asks for questions.
const ASK: &str = "--ask";

/// What a command line says to a question, if it says anything; `yes` where there is nothing to be said.
pub(super) fn answer(line: &CommandLine, question: &Question) -> Option<String> {
    let id = question.option.trim_start_matches("--").replace('-', "_").to_lowercase();
    let said = line.given(&id)?;
    Some(if matches!(question.answer, Answer::Email) { "yes".to_owned() } else { said })
}

/// The command line with every answer on it, and nothing left to ask. Whatever stands after `--` is no option.
pub(super) fn with_answers(words: &[OsString], answers: &Answers) -> Vec<OsString> {
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let (before, after) = words.split_at(end);
    let added = answers.counting().filter_map(|(question, state)| match (question.answer, state) {
        (Answer::Email, State::Text(_)) => Some(vec![question.option.to_owned()]),
        (_, State::Text(text)) if !question.is_option() => Some(vec![text.clone()]),
        (_, State::Text(text)) if text.starts_with('-') => Some(vec![format!("{}={text}", question.option)]),
        (_, State::Text(text)) => Some(vec![question.option.to_owned(), text.clone()]),
        _ => None,
    });
    let added: Vec<OsString> = added.flatten().map(OsString::from).collect();
    let before: Vec<OsString> = before.iter().filter(|word| *word != ASK).cloned().collect();
    [before, added, after.to_vec()].concat()
}
