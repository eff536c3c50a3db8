//! The answers of a dialogue: which questions they leave open, and which of them count.

use unicode_width::UnicodeWidthStr;

use crate::interactive::wizard::ask::broken;
use crate::interactive::wizard::catalog::Catalog;
use crate::interactive::wizard::{Answer, Question};

/// The answers so far, in the order of the questions.
pub(crate) struct Answers {
    pub(super) given: Vec<Given>,
}

pub(super) struct Given {
    pub(super) question: &'static Question,
    pub(super) state: State,
}

impl Given {
    pub(super) fn is_settled(&self) -> bool {
        matches!(self.state, State::Settled(_))
    }
}

/// How far a question has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// Answered by the command line or a file, and not asked.
    Settled(String),
    /// To be asked.
    Open,
    /// Answered with nothing.
    Nothing,
    /// Answered.
    Text(String),
}

impl Answers {
    /// The answer to the question of an option.
    pub(crate) fn of(&self, option: &str) -> Option<&str> {
        match &self.given.iter().find(|given| given.question.option == option)?.state {
            State::Text(text) | State::Settled(text) => Some(text),
            State::Open | State::Nothing => None,
        }
    }

    /// What stands for no answer to a question; none when there must be one.
    pub(super) fn nothing(&self, question: &Question) -> Option<&'static str> {
        let needed = |option| self.given.iter().any(|given| given.question.option == option && given.is_settled());
        question.nothing.filter(|_| !question.needed_by.is_some_and(needed))
    }

    /// Whether a question is to be asked: it is not settled, and what it depends on has an answer.
    pub(super) fn applies(&self, at: usize, catalog: &Catalog) -> bool {
        let Question { only_with, answer, .. } = self.given[at].question;
        let is_possible = !matches!(answer, Answer::Email) || catalog.email.is_ok();
        is_possible && !self.given[at].is_settled() && only_with.is_none_or(|option| self.is_given(option))
    }

    /// Whether something answers an option, be it a question or the command line.
    fn is_given(&self, option: &str) -> bool {
        let answers = |state: &State| matches!(state, State::Text(_) | State::Settled(_));
        self.given.iter().any(|given| given.question.option == option && answers(&given.state))
    }

    /// What was answered and counts: not the answer to a question that depends on one taken back since.
    pub(super) fn counting(&self) -> impl Iterator<Item = (&'static Question, &State)> {
        let counts = |given: &&Given| given.question.only_with.is_none_or(|option| self.is_given(option));
        self.given.iter().filter(counts).map(|given| (given.question, &given.state))
    }

    /// The first question that is still to be asked.
    pub(super) fn first_open(&self, catalog: &Catalog) -> Option<usize> {
        (0..self.given.len()).find(|&at| self.given[at].state == State::Open && self.applies(at, catalog))
    }

    /// The first answer that breaks its rule, because another one was changed after it, and the rule.
    pub(super) fn first_broken(&self) -> Option<(usize, String)> {
        self.given.iter().enumerate().find_map(|(at, Given { question, state })| match (question.answer, state) {
            (Answer::Text(check), State::Text(text)) => {
                check(text, self).err().map(|rule| (at, broken(text, &rule.to_string())))
            }
            _ => None,
        })
    }

    /// Every answer on a line of its own.
    pub(super) fn summary(&self) -> String {
        let lines: Vec<(&str, String)> = self
            .counting()
            .filter_map(|(question, state)| {
                let shown = match state {
                    State::Text(text) | State::Settled(text) => text.clone(),
                    State::Nothing => question.nothing?.to_owned(),
                    State::Open => return None,
                };
                Some((question.label, shown))
            })
            .collect();
        let width = lines.iter().map(|(label, _)| label.width()).max().unwrap_or_default();
        let padded = |label: &str| " ".repeat(width - label.width());
        let lines = lines.iter().map(|(label, text)| format!("\n  {label}{}  {text}", padded(label)));
        lines.collect::<String>() + "\n"
    }
}
