//! The wizard: asks a person for what a command line leaves open. Its answers are options: they are put on the command line,
//! which is then read like any other, so that what was asked and what could have been given are the same by construction.

mod answers;
mod ask;
mod catalog;
mod checks;
mod line;
pub(crate) mod questions;
mod screen;

use clap::FromArgMatches;

use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::signals;
use answers::{Answers, State};
use ask::{Reply, Review};
use catalog::Catalog;
use screen::{say, show};

pub(crate) use answers::{Dialogue, Question};

/// How questions are answered.
const HOW: &str =
    "Return takes what stands in brackets, - leaves it out, < goes back (in lists Esc), Ctrl-C ends without a change.";

/// Asks for everything that the command line leaves open, and parses it again with the answers. `settled` are options that
/// something else than the command line has answered, with what it said.
pub(crate) fn complete<A: FromArgMatches>(
    context: &mut Context,
    dialogue: &Dialogue,
    settled: &[(&'static str, String)],
) -> Result<A> {
    if !context.prompt.can_ask() {
        return Err(Failure::missing("a terminal", "to ask questions at").hint("give the answers as options instead"));
    }
    let given = |question: &Question| {
        let elsewhere = || settled.iter().find(|(option, _)| *option == question.option).map(|(_, text)| text.clone());
        line::answer(&context.line, question).or_else(elsewhere)
    };
    let mut answers = Answers::new(dialogue, given);
    let catalog = Catalog::read(context)?;
    let can_email = answers.email().map(|email| (email.is_settled(), (dialogue.can_email)(context)));
    match can_email {
        // What cannot be done is told before the first question, not after the last.
        Some((true, Err(why))) => return Err(why),
        Some((false, Err(why))) => answers.leave_out_email(why.to_string()),
        _ => {}
    }
    signals::with_terminal_kept(|| {
        signals::hide_what_is_typed_ahead();
        hold(context, dialogue, &catalog, &mut answers)
    })?;
    let words = line::with_answers(context.line.arguments(), &answers);
    if dialogue.confirm.is_some() && !context.quiet {
        context.note("the same without questions:");
        show(&shell_words::join(["ssgctl".into()].into_iter().chain(words.iter().map(|word| word.to_string_lossy()))));
    }
    context.line.parse_again(&words).map_err(|error| Failure::from(&error))
}

/// Whether the command line has an option of a dialogue.
pub(crate) fn answers_any(context: &Context, dialogue: &Dialogue) -> bool {
    let mut options = dialogue.all().filter(|question| question.is_option());
    options.any(|question| line::answer(&context.line, question).is_some())
}

/// Holds the dialogue: every question in turn, forwards and back, and then the review of all answers.
fn hold(context: &mut Context, dialogue: &Dialogue, catalog: &Catalog, answers: &mut Answers) -> Result<()> {
    if dialogue.confirm.is_some() {
        say(HOW);
    }
    if let Some(why) = &answers.no_email {
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
    let mut next = answers.first_open();
    while let Some(at) = next {
        next = if ask_one(at, context, catalog, answers)? {
            answers.first_open()
        } else {
            (0..at).rev().find(|&before| answers.applies(before)).or(next)
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
    let asked: Vec<usize> = (0..answers.given.len()).filter(|&at| answers.applies(at)).collect();
    let labels: Vec<&str> = asked.iter().map(|&at| answers.given[at].question.label).collect();
    if let Some(&at) = ask::which(&labels)?.and_then(|index| asked.get(index)) {
        ask_one(at, context, catalog, answers)?;
    }
    ask_open(context, catalog, answers)
}
