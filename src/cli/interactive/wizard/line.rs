//! Reads answers from the command line, and writes answers to it.

use std::ffi::OsString;

use crate::command_line::CommandLine;
use crate::interactive::wizard::answers::{Answer, Answers, Question, State};
use crate::interactive::wizard::checks::LINE_BREAK;

/// The option that starts the wizard.
const ASK: &str = "--ask";

/// The answer that the command line gives to a question; `yes` for a flag.
pub(super) fn answer(line: &CommandLine, question: &Question) -> Option<String> {
    if matches!(question.answer, Answer::More) {
        return None;
    }
    let id = question.option.trim_start_matches("--").replace('-', "_").to_lowercase();
    let value = line.explicit_value(&id)?;
    Some(if matches!(question.answer, Answer::Email) { "yes".to_owned() } else { value })
}

/// The command line with all answers and without `--ask`. Answers go before `--`, because nothing after it is an option.
pub(super) fn with_answers(words: &[OsString], answers: &Answers) -> Vec<OsString> {
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let (before, after) = words.split_at(end);
    let added = answers.in_effect().filter_map(|(question, state)| match (question.answer, state) {
        (Answer::More, _) => None,
        (Answer::Email, State::Text(_)) => Some(vec![question.option.to_owned()]),
        (Answer::Lines, State::Text(text)) => {
            Some(text.split(LINE_BREAK).flat_map(|line| [question.option.to_owned(), line.to_owned()]).collect())
        }
        (_, State::Text(text)) if !question.is_option() => Some(vec![text.clone()]),
        (_, State::Text(text)) if text.starts_with('-') => Some(vec![format!("{}={text}", question.option)]),
        (_, State::Text(text)) => Some(vec![question.option.to_owned(), text.clone()]),
        _ => None,
    });
    let added: Vec<OsString> = added.flatten().map(OsString::from).collect();
    let before: Vec<OsString> = before.iter().filter(|word| *word != ASK).cloned().collect();
    [before, added, after.to_vec()].concat()
}
