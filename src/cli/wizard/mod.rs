//! The wizard: asks a person for what a command line leaves open. Its answers are options: they are put on the command line,
//! which is then read like any other, so that what was asked and what could have been given are the same by construction.

mod ask;
mod catalog;
mod checks;
pub(crate) mod questions;

use std::ffi::OsString;
use std::io::Write;

use dialoguer::console::Term;
use unicode_width::UnicodeWidthStr;

use crate::context::Context;
use crate::exit::{Exit, Failure, Result};
use crate::output::visible;
use crate::signals;
use ask::{Reply, Review};
use catalog::Catalog;

/// How questions are answered.
const HOW: &str =
    "Return takes what stands in brackets, - leaves it out, < goes back (in lists Esc), Ctrl-C ends without a change.";

/// The option that asks for questions.
const ASK: &str = "--ask";

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
    Text(checks::Check),
    /// A customer that takes changes.
    Customer,
    /// A country, by its name.
    Country,
    /// One of the services.
    Service,
    /// Yes or no: whether the customer is sent an email, if it can be sent.
    Email,
}

/// What a dialogue is about.
#[derive(Debug)]
pub(crate) struct Dialogue {
    pub(crate) questions: &'static [&'static [Question]],
    /// What is asked at the end; nothing where the answers speak for themselves.
    pub(crate) confirm: Option<&'static str>,
}

/// The answers so far, in the order of the questions.
pub(crate) struct Answers {
    given: Vec<Given>,
}

struct Given {
    question: &'static Question,
    state: State,
}

impl Given {
    fn is_settled(&self) -> bool {
        matches!(self.state, State::Settled(_))
    }
}

/// How far a question has come.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
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
    fn nothing(&self, question: &Question) -> Option<&'static str> {
        let needed = |option| self.given.iter().any(|given| given.question.option == option && given.is_settled());
        question.nothing.filter(|_| !question.needed_by.is_some_and(needed))
    }

    /// Whether a question is to be asked: it is not settled, and what it depends on has an answer.
    fn applies(&self, at: usize, catalog: &Catalog) -> bool {
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
    fn counting(&self) -> impl Iterator<Item = (&'static Question, &State)> {
        let counts = |given: &&Given| given.question.only_with.is_none_or(|option| self.is_given(option));
        self.given.iter().filter(counts).map(|given| (given.question, &given.state))
    }

    /// The first question that is still to be asked.
    fn first_open(&self, catalog: &Catalog) -> Option<usize> {
        (0..self.given.len()).find(|&at| self.given[at].state == State::Open && self.applies(at, catalog))
    }

    /// The first answer that breaks its rule, because another one was changed after it, and the rule.
    fn first_broken(&self) -> Option<(usize, String)> {
        self.given.iter().enumerate().find_map(|(at, Given { question, state })| match (question.answer, state) {
            (Answer::Text(check), State::Text(text)) => {
                check(text, self).err().map(|rule| (at, ask::broken(text, &rule.to_string())))
            }
            _ => None,
        })
    }
}

/// Asks for everything that a command line leaves open, and gives the whole command line. `settled` are options that
/// something else than the command line has answered, with what it said.
pub(crate) fn complete(
    context: &mut Context,
    dialogue: &Dialogue,
    settled: &[(&'static str, String)],
) -> Result<Vec<OsString>> {
    if !context.prompt.can_ask() {
        return Err(Failure::missing("a terminal", "to ask questions at").hint("give the answers as options instead"));
    }
    let catalog = Catalog::read(context)?;
    let questions = dialogue.questions.iter().copied().flatten();
    let given = questions.map(|question| Given { question, state: standing(context, question, settled) });
    let mut answers = Answers { given: given.collect() };
    signals::with_terminal_kept(|| {
        signals::hide_what_is_typed_ahead();
        hold(context, dialogue, &catalog, &mut answers)
    })?;
    let words = with_answers(&context.arguments, &answers);
    if dialogue.confirm.is_some() {
        context.note("the same without questions:");
        show(&shell_words::join(["ssgctl".into()].into_iter().chain(words.iter().map(|word| word.to_string_lossy()))));
    }
    Ok(words)
}

/// Answers that made of a command line another command: a bug.
pub(crate) fn another_command() -> Failure {
    Failure::new(Exit::Internal, "internal", "the answers made another command")
}

/// Whether the command line answers any question of a dialogue.
pub(crate) fn answers_any(context: &Context, dialogue: &Dialogue) -> bool {
    dialogue.questions.iter().copied().flatten().any(|question| value_given(context, question.option).is_some())
}

/// How a question stands before anything is asked.
fn standing(context: &Context, question: &Question, settled: &[(&'static str, String)]) -> State {
    let elsewhere = settled.iter().find(|(option, _)| *option == question.option).map(|(_, text)| text.clone());
    value_given(context, question.option).or(elsewhere).map_or(State::Open, State::Settled)
}

/// What follows an option on the command line, if the option is there; `yes` where nothing can.
fn value_given(context: &Context, option: &str) -> Option<String> {
    if !option.starts_with("--") {
        return None;
    }
    let text = |word: &OsString| word.to_string_lossy().into_owned();
    let words = &context.arguments;
    let joined = format!("{option}=");
    words.iter().enumerate().find_map(|(at, word)| match text(word) {
        word if word == option => {
            let next = words.get(at + 1).map(text).filter(|next| !next.starts_with("--"));
            Some(next.unwrap_or_else(|| "yes".to_owned()))
        }
        word => word.strip_prefix(&joined).map(str::to_owned),
    })
}

/// Holds the dialogue: every question in turn, forwards and back, and then the review of all answers.
fn hold(context: &mut Context, dialogue: &Dialogue, catalog: &Catalog, answers: &mut Answers) -> Result<()> {
    if dialogue.confirm.is_some() {
        say(HOW);
    }
    if let Err(why) = &catalog.email
        && answers.given.iter().any(|given| matches!(given.question.answer, Answer::Email))
    {
        say(&format!("The customer cannot be sent an email: {why}"));
    }
    ask_open(context, catalog, answers)?;
    let Some(question) = dialogue.confirm.filter(|_| !context.prompt.yes) else { return Ok(()) };
    loop {
        while let Some((at, rule)) = answers.first_broken() {
            say(&format!("{}: {rule}", answers.given[at].question.label));
            ask_one(at, context, catalog, answers)?;
        }
        show(&summary(answers));
        match ask::review(question)? {
            Review::Yes => return Ok(()),
            Review::No => {
                return Err(Failure::new(Exit::Refused, "not_confirmed", "not confirmed; nothing was changed"));
            }
            Review::Change => change_one(context, catalog, answers)?,
        }
    }
}

/// Asks every question that is open, in order; going back from one asks the one before it again.
fn ask_open(context: &mut Context, catalog: &Catalog, answers: &mut Answers) -> Result<()> {
    let mut next = answers.first_open(catalog);
    while let Some(at) = next {
        next = if ask_one(at, context, catalog, answers)? {
            answers.first_open(catalog)
        } else {
            (0..at).rev().find(|&before| answers.applies(before, catalog)).or(next)
        };
    }
    Ok(())
}

/// Asks a question; whether it was answered, and the person did not want to go back.
fn ask_one(at: usize, context: &mut Context, catalog: &Catalog, answers: &mut Answers) -> Result<bool> {
    answers.given[at].state = match ask::ask(answers.given[at].question, context, catalog, answers)? {
        Reply::Back => return Ok(false),
        Reply::Nothing => State::Nothing,
        Reply::Text(text) => State::Text(text),
    };
    Ok(true)
}

/// Lets one answer be changed, and asks what its change opens.
fn change_one(context: &mut Context, catalog: &Catalog, answers: &mut Answers) -> Result<()> {
    let asked: Vec<usize> = (0..answers.given.len()).filter(|&at| answers.applies(at, catalog)).collect();
    let labels: Vec<&str> = asked.iter().map(|&at| answers.given[at].question.label).collect();
    if let Some(&at) = ask::which(&labels)?.and_then(|index| asked.get(index)) {
        ask_one(at, context, catalog, answers)?;
    }
    ask_open(context, catalog, answers)
}

/// Every answer on a line of its own.
fn summary(answers: &Answers) -> String {
    let lines: Vec<(&str, String)> = answers
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

/// The command line with every answer on it, and nothing left to ask. Whatever stands after `--` is no option.
fn with_answers(words: &[OsString], answers: &Answers) -> Vec<OsString> {
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

/// Says something to the person who is asked, in lines that fit the terminal. It is part of the dialogue, so that `--quiet`
/// does not silence it.
fn say(text: &str) {
    show(&textwrap::fill(text, columns()));
}

/// Shows lines as they are.
fn show(lines: &str) {
    // A terminal that cannot be written to has nobody at it, and the next question finds that out.
    let _ = writeln!(std::io::stderr(), "{}", visible(lines));
}

/// The width of the terminal.
fn columns() -> usize {
    usize::from(Term::stderr().size().1).max(20)
}
