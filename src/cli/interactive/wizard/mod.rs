//! The wizard: asks a person for what a command line leaves open. Its answers are options: they are put on the command line,
//! which is then read like any other, so that what was asked and what could have been given are the same by construction.

mod answers;
mod ask;
mod catalog;
mod checks;
mod line;
pub(crate) mod questions;

use std::ffi::OsString;
use std::io::Write;

use dialoguer::console::Term;

use crate::commands::smpp::AccountEmails;
use crate::context::Context;
use crate::escape::visible;
use crate::exit::{ErrorCode, Failure, Result};
use crate::signals;
use answers::{Answers, Given, State};
use ask::{Reply, Review};
use catalog::Catalog;

/// How questions are answered.
const HOW: &str =
    "Return takes what stands in brackets, - leaves it out, < goes back (in lists Esc), Ctrl-C ends without a change.";

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
    let given = questions.map(|question| {
        let elsewhere = settled.iter().find(|(option, _)| *option == question.option).map(|(_, text)| text.clone());
        let said = line::value(&context.arguments, question).or(elsewhere);
        Given { question, state: said.map_or(State::Open, State::Settled) }
    });
    let mut answers = Answers { given: given.collect() };
    if answers.given.iter().any(|given| given.is_settled() && matches!(given.question.answer, Answer::Email)) {
        // What cannot be done is told before the first question, not after the last.
        AccountEmails::prepare(context)?;
    }
    signals::with_terminal_kept(|| {
        signals::hide_what_is_typed_ahead();
        hold(context, dialogue, &catalog, &mut answers)
    })?;
    let words = line::with_answers(&context.arguments, &answers);
    if dialogue.confirm.is_some() && !context.quiet {
        context.note("the same without questions:");
        show(&shell_words::join(["ssgctl".into()].into_iter().chain(words.iter().map(|word| word.to_string_lossy()))));
    }
    Ok(words)
}

/// Answers that made of a command line another command: a bug.
pub(crate) fn another_command() -> Failure {
    Failure::new(ErrorCode::Internal, "the answers made another command")
}

/// Whether the command line answers any question of a dialogue.
pub(crate) fn answers_any(context: &Context, dialogue: &Dialogue) -> bool {
    dialogue.questions.iter().copied().flatten().any(|question| line::value(&context.arguments, question).is_some())
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
        show(&answers.summary());
        match ask::review(question)? {
            Review::Yes => return Ok(()),
            Review::No => {
                return Err(Failure::new(ErrorCode::NotConfirmed, "not confirmed; nothing was changed"));
            }
            Review::Change => change_one(context, catalog, answers)?,
        }
    }
}

/// Asks every question that is open, in order; going back from one asks the one before it again. Then it asks once more for
/// answers that no longer go with others.
fn ask_open(context: &mut Context, catalog: &Catalog, answers: &mut Answers) -> Result<()> {
    let mut next = answers.first_open(catalog);
    while let Some(at) = next {
        next = if ask_one(at, context, catalog, answers)? {
            answers.first_open(catalog)
        } else {
            (0..at).rev().find(|&before| answers.applies(before, catalog)).or(next)
        };
    }
    while let Some((at, rule)) = answers.first_broken() {
        say(&format!("{}: {rule}", answers.given[at].question.label));
        ask_one(at, context, catalog, answers)?;
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
