//! The questions of a dialogue and their answers: which are still open, and which answers count.

use ssgctl::error::quoted;
use ssgctl::model::Invalid;
use unicode_width::UnicodeWidthStr;

use crate::context::Context;
use crate::exit::Result;

/// One question.
#[derive(Debug)]
pub(crate) struct Question {
    /// The option that gives the answer without being asked, or the name of an argument.
    pub(crate) option: &'static str,
    pub(crate) label: &'static str,
    /// How it is answered, where the label does not say so.
    pub(crate) hint: &'static str,
    pub(crate) answer: Answer,
    /// What stands for no answer, such as `any`; none when there must be one.
    pub(crate) nothing: Option<&'static str>,
    /// The option whose question must have an answer for this one to be asked.
    pub(crate) only_with: Option<&'static str>,
    /// The option that, when it is given, cannot do without an answer to this one.
    pub(crate) needed_by: Option<&'static str>,
}

/// What answers a question.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    /// A text by its rule, which gives its canonical form.
    Text(Check),
    /// A customer that takes changes.
    Customer,
    /// A country, by its name.
    Country,
    /// One of the services.
    Service,
    /// Yes or no: whether the customer is sent an email, if it can be sent.
    Email,
}

/// Whether a text is an answer, and its canonical form.
pub(crate) type Check = fn(&str, &Answers) -> Result<String, Invalid>;

/// What a dialogue is about.
#[derive(Debug)]
pub(crate) struct Dialogue {
    pub(crate) questions: &'static [&'static [Question]],
    /// What is asked at the end; nothing where the answers speak for themselves.
    pub(crate) confirm: Option<&'static str>,
    /// Whether emails can be sent, where that is asked about; else why not.
    pub(crate) can_email: fn(&Context) -> Result<()>,
}

impl Dialogue {
    /// Every question, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = &'static Question> {
        self.questions.iter().copied().flatten()
    }
}

impl Question {
    /// Whether an option answers it, and not an argument by its place.
    pub(super) fn is_option(&self) -> bool {
        self.option.starts_with("--")
    }
}

/// The answers so far, in the order of the questions.
pub(crate) struct Answers {
    pub(super) given: Vec<Given>,
    /// Why the customer cannot be sent an email, where it would be asked about that.
    pub(super) no_email: Option<String>,
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
    /// The answers before any question was asked; `settled` says what answers one already.
    pub(super) fn new(dialogue: &Dialogue, settled: impl Fn(&Question) -> Option<String>) -> Self {
        let state = |question| settled(question).map_or(State::Open, State::Settled);
        let given = dialogue.all().map(|question| Given { question, state: state(question) });
        Self { given: given.collect(), no_email: None }
    }

    /// The question whether an email is sent, if it belongs to the dialogue.
    pub(super) fn email(&self) -> Option<&Given> {
        self.given.iter().find(|given| matches!(given.question.answer, Answer::Email))
    }

    /// Does without the question whether an email is sent, because none can be.
    pub(super) fn leave_out_email(&mut self, why: String) {
        self.given.retain(|given| !matches!(given.question.answer, Answer::Email));
        self.no_email = Some(why);
    }

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
    pub(super) fn applies(&self, at: usize) -> bool {
        let Given { question, .. } = &self.given[at];
        !self.given[at].is_settled() && question.only_with.is_none_or(|option| self.of(option).is_some())
    }

    /// What was answered and counts: not the answer to a question that depends on one taken back since.
    pub(super) fn counting(&self) -> impl Iterator<Item = (&'static Question, &State)> {
        let counts = |given: &&Given| given.question.only_with.is_none_or(|option| self.of(option).is_some());
        self.given.iter().filter(counts).map(|given| (given.question, &given.state))
    }

    /// The first question that is still to be asked.
    pub(super) fn first_open(&self) -> Option<usize> {
        (0..self.given.len()).find(|&at| self.given[at].state == State::Open && self.applies(at))
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

/// The rule that a text breaks. A list names the part of it that is wrong itself.
pub(super) fn broken(text: &str, rule: &str) -> String {
    if rule.starts_with('`') { rule.to_owned() } else { format!("{} {rule}", quoted(text)) }
}
