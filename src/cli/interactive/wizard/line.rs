//! The command line: what it answers already, and what it is with every answer on it.

use std::ffi::OsString;

use crate::interactive::wizard::answers::{Answers, State};
use crate::interactive::wizard::{Answer, Question};

/// The option that asks for questions.
const ASK: &str = "--ask";

/// What a command line says to a question, if it says anything; `yes` where there is nothing to be said.
pub(super) fn value(words: &[OsString], question: &Question) -> Option<String> {
    let Question { option, answer, .. } = question;
    if !option.starts_with("--") {
        return None;
    }
    let text = |word: &OsString| word.to_string_lossy().into_owned();
    let joined = format!("{option}=");
    words.iter().enumerate().find_map(|(at, word)| match text(word) {
        word if word == *option && matches!(answer, Answer::Email) => Some("yes".to_owned()),
        word if word == *option => words.get(at + 1).map(text),
        word => word.strip_prefix(&joined).map(str::to_owned),
    })
}

/// The command line with every answer on it, and nothing left to ask. Whatever stands after `--` is no option.
pub(super) fn with_answers(words: &[OsString], answers: &Answers) -> Vec<OsString> {
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let (before, after) = words.split_at(end);
    let added = answers.counting().filter_map(|(question, state)| match (question.answer, state) {
        (Answer::Email, State::Text(_)) => Some(vec![question.option.to_owned()]),
        (_, State::Text(text)) if !question.option.starts_with("--") => Some(vec![text.clone()]),
        (_, State::Text(text)) if text.starts_with('-') => Some(vec![format!("{}={text}", question.option)]),
        (_, State::Text(text)) => Some(vec![question.option.to_owned(), text.clone()]),
        _ => None,
    });
    let added: Vec<OsString> = added.flatten().map(OsString::from).collect();
    let before: Vec<OsString> = before.iter().filter(|word| *word != ASK).cloned().collect();
    [before, added, after.to_vec()].concat()
}
