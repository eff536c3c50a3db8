//! How a question is put, and what a person's keys answer.

use dialoguer::console::{Term, truncate_str};
use dialoguer::{Confirm, FuzzySelect, Input, Select};
use ssgctl::model::Country;
use ssgctl::ops;
use unicode_width::UnicodeWidthStr;

use crate::context::Context;
use crate::escape::visible;
use crate::exit::Result;
use crate::interactive::prompt;
use crate::interactive::wizard::answers::{Answer, Answers, Question, broken};
use crate::interactive::wizard::catalog::Catalog;
use crate::interactive::wizard::screen::{columns, say};

/// How many countries are shown at once.
const ROWS: usize = 10;
/// What is typed to go back, and to leave an answer out.
const BACK: &str = "<";
const OUT: &str = "-";

/// What a question was answered with.
pub(super) enum Reply {
    Back,
    Nothing,
    Text(String),
}

/// What becomes of all answers.
pub(super) enum Review {
    Yes,
    Change,
    No,
}

/// Asks a question until it has an answer, and says that.
pub(super) fn ask(question: &Question, context: &mut Context, catalog: &Catalog, answers: &Answers) -> Result<Reply> {
    let reply = match question.answer {
        Answer::Text(check) => text(question, catalog, answers, &mut |text| {
            check(text, answers).map_err(|rule| broken(text, &rule.to_string()))
        }),
        Answer::Customer => text(question, catalog, answers, &mut |name| customer(context, name)),
        Answer::Country => country(question, catalog, answers),
        Answer::Service => service(question, catalog, answers),
        Answer::Email => email(question, answers),
    }?;
    match &reply {
        Reply::Back => {}
        Reply::Nothing => say(&format!("{}: {}", question.label, question.nothing.unwrap_or_default())),
        Reply::Text(text) => say(&format!("{}: {text}", question.label)),
    }
    Ok(reply)
}

/// What is answered by Return: what was answered before, else what is meant when nothing is said.
fn standing(question: &Question, catalog: &Catalog, answers: &Answers) -> Option<String> {
    answers.of(question.option).map(str::to_owned).or_else(|| catalog.default(question.option, answers))
}

/// Asks for a text until it keeps to its rule.
fn text(
    question: &Question,
    catalog: &Catalog,
    answers: &Answers,
    check: &mut dyn FnMut(&str) -> Result<String, String>,
) -> Result<Reply> {
    let standing = standing(question, catalog, answers);
    let nothing = answers.nothing(question);
    let has_default = catalog.default(question.option, answers).is_some();
    let hint = if question.hint.is_empty() { String::new() } else { format!(" ({})", question.hint) };
    let shown = standing.as_deref().or(nothing).map(|shown| format!(" [{shown}]")).unwrap_or_default();
    let prompt = visible(&format!("{}{hint}{shown}", question.label)).into_owned();
    loop {
        let typed = type_at(&prompt)?;
        let taken = match (typed.trim(), &standing, nothing) {
            (BACK, _, _) => return Ok(Reply::Back),
            (OUT, _, Some(_)) if has_default => {
                Err("it cannot be left out: the configuration has a default for it".to_owned())
            }
            ("", None, Some(_)) | (OUT, _, Some(_)) => return Ok(Reply::Nothing),
            ("", None, None) | (OUT, _, None) => Err("it is needed".to_owned()),
            ("", Some(standing), _) => check(standing),
            (typed, _, _) => check(typed),
        };
        match taken {
            Ok(text) => return Ok(Reply::Text(text)),
            Err(rule) => say(&rule),
        }
    }
}

/// What is typed at a prompt, which is then cleared away.
fn type_at(prompt: &str) -> Result<String> {
    let typed =
        prompt::asked(|| Input::<String>::new().with_prompt(prompt).allow_empty(true).report(false).interact_text())?;
    // The last line of what was typed is cleared by the prompt itself.
    let lines_before = (prompt.width() + ": ".width() + typed.width()).saturating_sub(1) / columns();
    prompt::asked(|| Ok(Term::stderr().clear_last_lines(lines_before)?))?;
    Ok(typed)
}

/// A customer that takes changes, by its account code.
fn customer(context: &mut Context, name: &str) -> Result<String, String> {
    let found = context.read(|snapshot| ops::active::customer(snapshot, name));
    found.map(|customer| customer.account_code.to_string()).map_err(|failure| failure.with_hint())
}

fn country(question: &Question, catalog: &Catalog, answers: &Answers) -> Result<Reply> {
    let standing = standing(question, catalog, answers);
    let mut countries: Vec<Option<Country>> = Country::all().map(Some).collect();
    if catalog.default(question.option, answers).is_none() {
        countries.insert(0, None);
    }
    // What Return takes is shown first: a list that is searched shows its beginning.
    if let Some(at) = countries.iter().position(|country| country.as_ref().map(Country::as_str) == standing.as_deref())
    {
        let first = countries.remove(at);
        countries.insert(0, first);
    }
    let shown: Vec<String> = countries
        .iter()
        .map(|country| match country {
            Some(country) => format!("{country}  {}", country.name()),
            None => question.nothing.unwrap_or_default().to_owned(),
        })
        .collect();
    let chosen = choose_by_typing(&format!("{} ({}):", question.label, question.hint), &shown)?;
    Ok(match chosen.and_then(|at| countries.into_iter().nth(at)) {
        Some(Some(country)) => Reply::Text(country.to_string()),
        Some(None) => Reply::Nothing,
        None => Reply::Back,
    })
}

fn service(question: &Question, catalog: &Catalog, answers: &Answers) -> Result<Reply> {
    let standing = standing(question, catalog, answers).unwrap_or_default();
    let services = &catalog.services;
    let at = services.iter().position(|service| service.code.as_str().eq_ignore_ascii_case(&standing));
    let shown: Vec<String> = services
        .iter()
        .map(|service| {
            let price = service.unit.format(service.details.price);
            format!("{}  {}, {price} {} a part", service.code, service.details.name, service.unit)
        })
        .collect();
    let chosen = choose(question.label, &shown, at.unwrap_or_default())?;
    Ok(chosen.and_then(|at| services.get(at)).map_or(Reply::Back, |service| Reply::Text(service.code.to_string())))
}

fn email(question: &Question, answers: &Answers) -> Result<Reply> {
    let before = answers.of(question.option).is_some();
    let asked = Confirm::new().with_prompt(format!("{}?", question.label)).default(before).report(false);
    Ok(match prompt::asked(|| asked.interact_opt())? {
        Some(true) => Reply::Text("yes".to_owned()),
        Some(false) => Reply::Nothing,
        None => Reply::Back,
    })
}

/// Asks what becomes of the answers.
pub(super) fn review(question: &str) -> Result<Review> {
    let choices = ["yes".to_owned(), "change an answer".to_owned(), "no".to_owned()];
    Ok(match choose(question, &choices, 0)? {
        Some(0) => Review::Yes,
        Some(1) | None => Review::Change,
        Some(_) => Review::No,
    })
}

/// Asks which answer is to be changed.
pub(super) fn which(labels: &[&str]) -> Result<Option<usize>> {
    let labels: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
    choose("Which", &labels, 0)
}

fn choose(prompt: &str, items: &[String], at: usize) -> Result<Option<usize>> {
    let items = fitting(items);
    let select = Select::new().with_prompt(visible(prompt)).items(&items).default(at).report(false);
    prompt::asked(|| select.interact_opt())
}

fn choose_by_typing(prompt: &str, items: &[String]) -> Result<Option<usize>> {
    let items = fitting(items);
    let select = FuzzySelect::new().with_prompt(prompt).items(&items).default(0).report(false);
    prompt::asked(|| select.max_length(ROWS).highlight_matches(false).interact_opt())
}

/// Lines that fit the terminal: one that wraps would be counted as one, and leave its rest behind.
fn fitting(items: &[String]) -> Vec<String> {
    let fits = |item: &String| truncate_str(&visible(item), columns() - 4, "…").into_owned();
    items.iter().map(fits).collect()
}
