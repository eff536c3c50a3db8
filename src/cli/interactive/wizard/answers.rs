//! The questions of a dialogue and their answers: which are still open, and which answers are in effect.

use ssgctl::error::quoted;
use ssgctl::model::Invalid;
use unicode_width::UnicodeWidthStr;

use crate::context::Context;
use crate::exit::Result;

/// One question.
#[derive(Debug)]
pub(crate) struct Question {
    /// The option that answers it on the command line, or the name of a positional argument.
    pub(crate) option: &'static str,
    pub(crate) label: &'static str,
    /// How to answer, if the label does not say so.
    pub(crate) hint: &'static str,
    pub(crate) answer: Answer,
    /// What is shown for no answer, such as `any`; none if an answer is required.
    pub(crate) omitted: Option<&'static str>,
    /// The option that must have an answer for this question to be asked.
    pub(crate) only_with: Option<&'static str>,
    /// The option that requires an answer to this question if it is set on the command line.
    pub(crate) needed_by: Option<&'static str>,
}

/// The kind of answer to a question.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    /// A text, checked and brought into its canonical form.
    Text(Check),
    /// An active customer.
    Customer,
    /// A country, chosen from a list.
    Country,
    /// A service, chosen from a list.
    Service,
    /// The lines of an address, separated by semicolons; each is an option of its own.
    Lines,
    /// Yes or no: whether to send the customer an email. Asked only if email is configured.
    Email,
    /// Yes or no: whether to ask for what is rarely needed. It is not an option.
    More,
}

/// Checks a text and returns its canonical form.
pub(crate) type Check = fn(&str, &Answers) -> Result<String, Invalid>;

/// A series of questions.
#[derive(Debug)]
pub(crate) struct Dialogue {
    pub(crate) questions: &'static [&'static [Question]],
    /// The final confirmation; none if the command does not need one.
    pub(crate) confirm: Option<&'static str>,
    /// Whether emails can be sent, or why not. Used only if the dialogue asks about an email.
    pub(crate) can_email: fn(&Context) -> Result<()>,
    /// Who would receive that email, for the summary.
    pub(crate) recipients: fn(&mut Context, &Answers) -> Result<Vec<String>>,
}

impl Dialogue {
    /// Every question, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = &'static Question> {
        self.questions.iter().copied().flatten()
    }
}

impl Question {
    /// Whether the answer is an option, rather than a positional argument.
    pub(super) fn is_option(&self) -> bool {
        self.option.starts_with("--")
    }
}

/// The answers so far, in the order of the questions.
pub(crate) struct Answers {
    pub(super) entries: Vec<Entry>,
    /// Why no email can be sent to the customer, if the dialogue would ask about one.
    pub(super) no_email: Option<String>,
}

/// A question and its state.
pub(super) struct Entry {
    pub(super) question: &'static Question,
    pub(super) state: State,
}

impl Entry {
    pub(super) fn is_settled(&self) -> bool {
        matches!(self.state, State::Settled(_))
    }
}

/// The state of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// Answered by the command line or a file; not asked.
    Settled(String),
    /// Not asked yet.
    Open,
    /// Left out.
    Omitted,
    /// Answered.
    Text(String),
}

impl Answers {
    /// The answers before the first question; `settled` returns an answer that is known already.
    pub(super) fn new(dialogue: &Dialogue, settled: impl Fn(&Question) -> Option<String>) -> Self {
        let state = |question| settled(question).map_or(State::Open, State::Settled);
        let entries = dialogue.all().map(|question| Entry { question, state: state(question) });
        Self { entries: entries.collect(), no_email: None }
    }

    /// The question whether to send an email, if the dialogue has it.
    pub(super) fn email(&self) -> Option<&Entry> {
        self.entries.iter().find(|entry| matches!(entry.question.answer, Answer::Email))
    }

    /// Removes the question whether to send an email, because none can be sent.
    pub(super) fn remove_email(&mut self, reason: String) {
        self.entries.retain(|entry| !matches!(entry.question.answer, Answer::Email));
        self.no_email = Some(reason);
    }

    /// The answer for an option.
    pub(crate) fn of(&self, option: &str) -> Option<&str> {
        match &self.entries.iter().find(|entry| entry.question.option == option)?.state {
            State::Text(text) | State::Settled(text) => Some(text),
            State::Open | State::Omitted => None,
        }
    }

    /// What is shown for no answer to a question; none if an answer is required.
    pub(super) fn omitted_text(&self, question: &Question) -> Option<&'static str> {
        let needed = |option| self.entries.iter().any(|entry| entry.question.option == option && entry.is_settled());
        question.omitted.filter(|_| !question.needed_by.is_some_and(needed))
    }

    /// Whether a question may be asked: it is not settled, and the question that it depends on has an answer.
    pub(super) fn applies(&self, at: usize) -> bool {
        let Entry { question, .. } = &self.entries[at];
        let opens_one = |entry: &Entry| entry.question.only_with == Some(question.option) && !entry.is_settled();
        if matches!(question.answer, Answer::More) && !self.entries.iter().any(opens_one) {
            return false;
        }
        !self.entries[at].is_settled() && question.only_with.is_none_or(|option| self.of(option).is_some())
    }

    /// The answers in effect: an answer does not count if the question that it depends on no longer has one.
    pub(super) fn in_effect(&self) -> impl Iterator<Item = (&'static Question, &State)> {
        let counts = |entry: &&Entry| {
            entry.is_settled() || entry.question.only_with.is_none_or(|option| self.of(option).is_some())
        };
        self.entries.iter().filter(counts).map(|entry| (entry.question, &entry.state))
    }

    /// The number of a question among those that are asked as far as is known, and how many these are.
    pub(super) fn progress(&self, at: usize) -> (usize, usize) {
        let asked = |place: &usize| self.applies(*place);
        ((0..=at).filter(asked).count(), (0..self.entries.len()).filter(asked).count())
    }

    /// The first question that must still be asked.
    pub(super) fn first_open(&self) -> Option<usize> {
        (0..self.entries.len()).find(|&at| self.entries[at].state == State::Open && self.applies(at))
    }

    /// The first answer that became invalid because a later answer changed, and the rule that it breaks.
    pub(super) fn first_invalid(&self) -> Option<(usize, String)> {
        self.entries.iter().enumerate().find_map(|(at, Entry { question, state })| match (question.answer, state) {
            (Answer::Text(check), State::Text(text)) => {
                check(text, self).err().map(|rule| (at, invalid_answer(text, &rule.to_string())))
            }
            _ => None,
        })
    }

    /// All answers, one per line.
    pub(super) fn summary(&self) -> String {
        let lines: Vec<(&str, String)> = self
            .in_effect()
            .filter(|(question, _)| !matches!(question.answer, Answer::More))
            .filter_map(|(question, state)| {
                let shown = match state {
                    State::Text(text) | State::Settled(text) => text.clone(),
                    State::Omitted => question.omitted?.to_owned(),
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

/// Says which rule a text breaks. The rule of a list already quotes the invalid item.
pub(super) fn invalid_answer(text: &str, rule: &str) -> String {
    if rule.starts_with('`') { rule.to_owned() } else { format!("{} {rule}", quoted(text)) }
}
