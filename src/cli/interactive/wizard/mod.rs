//! The wizard asks for the options that the command line lacks.
//!
//! ```text
//! command line ──▶ Answers (open, settled) ──▶ questions and review ──▶ command line with all answers ──▶ parser
//! ```
//!
//! Answers become options on the command line, which is then parsed again. The wizard therefore accepts exactly what the
//! command accepts, and can print the command that does the same without questions.

mod answers;
mod ask;
mod catalog;
mod checks;
mod line;
pub(crate) mod questions;
mod screen;
mod search;

use clap::FromArgMatches;

use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::signals;
use answers::{Answer, Answers, State};
use ask::{Reply, Review};
use catalog::Catalog;
use screen::{say, show};

pub(crate) use answers::{Dialogue, Question};

/// How to answer questions.
const INSTRUCTIONS: &str = "Return accepts the value in brackets, - omits the answer, < goes back, ? explains, Ctrl-C cancels without a change.";

/// Asks for everything that the command line lacks, and parses it again with the answers. `settled` are options whose values
/// come from elsewhere, such as a file.
pub(crate) fn complete<A: FromArgMatches>(
    context: &mut Context,
    dialogue: &Dialogue,
    settled: &[(&'static str, String)],
    dry_run: bool,
) -> Result<A> {
    context.before_creating(|context| complete_before_creating(context, dialogue, settled, dry_run))
}

fn complete_before_creating<A: FromArgMatches>(
    context: &mut Context,
    dialogue: &Dialogue,
    settled: &[(&'static str, String)],
    dry_run: bool,
) -> Result<A> {
    if !context.prompt.can_ask() {
        return Err(Failure::missing("a terminal", "for questions").hint("omit --ask and pass the answers as options"));
    }
    let known_answer = |question: &Question| {
        let elsewhere = || settled.iter().find(|(option, _)| *option == question.option).map(|(_, text)| text.clone());
        line::answer(&context.line, question).or_else(elsewhere)
    };
    let mut answers = Answers::new(dialogue, known_answer);
    let catalog = Catalog::read(context)?;
    let can_email = answers.email().map(|email| (email.is_settled(), (dialogue.can_email)(context)));
    match can_email {
        // Report what cannot be done before the first question, not after the last.
        Some((true, Err(failure))) => return Err(failure),
        Some((false, Err(failure))) => answers.remove_email(failure.to_string()),
        _ => {}
    }
    signals::restoring_terminal(|| {
        signals::disable_echo();
        run_dialogue(context, dialogue, &catalog, &mut answers, dry_run)
    })?;
    let words = line::with_answers(context.line.arguments(), &answers);
    if dialogue.confirm.is_some() && !context.quiet {
        context.note("the same command without questions:");
        show(&shell_words::join(["ssgctl".into()].into_iter().chain(words.iter().map(|word| word.to_string_lossy()))));
    }
    context.line.parse_again(&words).map_err(|error| Failure::from(&error))
}

/// Whether the command line sets an option of a dialogue.
pub(crate) fn answers_any(context: &Context, dialogue: &Dialogue) -> bool {
    let mut options = dialogue.all().filter(|question| question.is_option());
    options.any(|question| line::answer(&context.line, question).is_some())
}

/// Runs the dialogue: asks each question, going forwards and back, then reviews all answers.
fn run_dialogue(
    context: &mut Context,
    dialogue: &Dialogue,
    catalog: &Catalog,
    answers: &mut Answers,
    dry_run: bool,
) -> Result<()> {
    if dialogue.confirm.is_some() {
        say(INSTRUCTIONS);
    }
    if let Some(reason) = &answers.no_email {
        say(&format!("Cannot send the customer an email: {reason}"));
    }
    ask_open(context, catalog, answers)?;
    let Some(question) = dialogue.confirm.filter(|_| !context.prompt.yes) else { return Ok(()) };
    loop {
        show(&answers.summary());
        say(&emails_to_send(context, dialogue, answers, dry_run)?);
        match ask::review(question)? {
            Review::Yes => return Ok(()),
            Review::No => {
                return Err(Failure::new(ErrorCode::NotConfirmed, "not confirmed; nothing was changed"));
            }
            Review::Change => change_one(context, catalog, answers)?,
        }
    }
}

/// Says what will be emailed to whom once the answers are accepted.
fn emails_to_send(context: &mut Context, dialogue: &Dialogue, answers: &Answers, dry_run: bool) -> Result<String> {
    let mut in_effect = answers.in_effect();
    let wants_email = in_effect.any(|(question, state)| {
        matches!(question.answer, Answer::Email) && matches!(state, State::Text(_) | State::Settled(_))
    });
    if !wants_email {
        return Ok("No email will be sent.".to_owned());
    }
    let to = (dialogue.recipients)(context, answers)?;
    Ok(match to.as_slice() {
        [] => "No email can be sent: no contact of the customer has an email address.".to_owned(),
        to if dry_run => format!("Dry run: no email will be sent to {}.", to.join(", ")),
        to => format!("The details of the account and its password will be emailed to {}.", to.join(", ")),
    })
}

/// Asks every open question in order. Going back asks the previous one again, and after it those that were asked before, each with
/// its answer in brackets. Then asks again for answers that other answers have made invalid.
fn ask_open(context: &mut Context, catalog: &Catalog, answers: &mut Answers) -> Result<()> {
    let (mut next, mut furthest) = (answers.first_open(), 0);
    while let Some(at) = next {
        furthest = furthest.max(at);
        next = if ask_one(at, context, catalog, answers)? {
            let asked_before = |next: &usize| *next <= furthest && answers.applies(*next);
            (at + 1..answers.entries.len()).find(asked_before).or_else(|| answers.first_open())
        } else {
            (0..at).rev().find(|&before| answers.applies(before)).or(next)
        };
    }
    while let Some((at, rule)) = answers.first_invalid() {
        say(&format!("{}: {rule}", answers.entries[at].question.label));
        ask_one(at, context, catalog, answers)?;
    }
    Ok(())
}

/// Asks a question. Returns false if the person goes back.
fn ask_one(at: usize, context: &mut Context, catalog: &Catalog, answers: &mut Answers) -> Result<bool> {
    let (question, number) = (answers.entries[at].question, answers.progress(at));
    answers.entries[at].state = match ask::ask(question, number, context, catalog, answers)? {
        Reply::Back => return Ok(false),
        Reply::Omitted => State::Omitted,
        Reply::Text(text) => State::Text(text),
    };
    Ok(true)
}

/// Changes one answer, then asks the questions that it opens.
fn change_one(context: &mut Context, catalog: &Catalog, answers: &mut Answers) -> Result<()> {
    let changeable: Vec<usize> = (0..answers.entries.len()).filter(|&at| answers.applies(at)).collect();
    let labels: Vec<&str> = changeable.iter().map(|&at| answers.entries[at].question.label).collect();
    if let Some(&at) = ask::choose_answer(&labels)?.and_then(|index| changeable.get(index)) {
        ask_one(at, context, catalog, answers)?;
    }
    ask_open(context, catalog, answers)
}
