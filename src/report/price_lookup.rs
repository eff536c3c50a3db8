//! What a message to a number would cost: which plan, rule and price decide.

use crate::error::{Error, Result};
use crate::model::word_enum::word_enum;
use crate::model::{
    Destination, MobileNetwork, Plan, PlanPrices, PlanRole, PriceDestination, SmppAccount, Time, second_of,
};
use crate::report::price_list::{PriceLine, price_line};
use crate::store::Snapshot;

word_enum! {
    /// What a price was found by.
    pub enum PriceRule {
        Network = "network",
        Prefix = "prefix",
        Country = "country",
        Default = "default",
    }
}

impl PriceRule {
    /// The rule that a price for this destination follows.
    pub fn of(destination: &PriceDestination) -> Self {
        match destination {
            PriceDestination::Network(_) => Self::Network,
            PriceDestination::Prefix(_) => Self::Prefix,
            PriceDestination::Country(_) => Self::Country,
            PriceDestination::Default => Self::Default,
        }
    }
}

word_enum! {
    /// What the name in a question is the name of.
    pub enum LookupKind {
        Plan = "plan",
        Account = "account",
    }
}

/// A message to price.
#[derive(Debug, Clone)]
pub struct LookupQuestion {
    pub destination: Destination,
    pub network: Option<MobileNetwork>,
    pub at: Time,
}

/// The price of a message part, and what it follows from.
#[derive(Debug, Clone)]
pub struct PriceLookup {
    pub question: LookupQuestion,
    pub account: Option<SmppAccount>,
    /// The plans in the order in which they were asked. The last one has the price.
    pub asked: Vec<AskedPlan>,
    pub price: PriceLine,
    pub rule: PriceRule,
}

impl PriceLookup {
    /// Whether the real price may be another one: the number decided, and its network is not known.
    pub fn may_be_ported(&self) -> bool {
        self.question.network.is_none() && matches!(self.rule, PriceRule::Prefix | PriceRule::Country)
    }
}

/// A plan that was asked for the price of a message.
#[derive(Debug, Clone)]
pub struct AskedPlan {
    /// Why it was asked; `None` if the question named it.
    pub role: Option<PlanRole>,
    pub plan: Plan,
    pub found: Option<PriceLine>,
}

/// Looks up the price of a message in a plan, or for an SMPP account with the whole chain of its plans.
///
/// # Errors
/// [`Error::NoPrice`] when no plan has one, [`Error::NotFound`] when the name is neither, and [`Error::PlanOrAccount`] when it is both
/// and the question does not say which is meant.
pub fn look_up(
    snapshot: &Snapshot<'_>,
    (name, kind): (&str, Option<LookupKind>),
    question: LookupQuestion,
) -> Result<PriceLookup> {
    let account = account(snapshot, name, kind)?;
    let plans = match &account {
        Some(account) => plans_of(snapshot, account, question.at)?,
        None => vec![(None, snapshot.plan(name)?)],
    };
    let mut asked = Vec::new();
    for (role, plan) in plans {
        let prices = PlanPrices::new(plan.basis, snapshot.price_rows(plan.id, snapshot.prices_version()?)?);
        let found = prices.find(question.network, &question.destination, second_of(Some(question.at)));
        let found = found.map(|(_, id)| price_line(snapshot, &plan, &snapshot.price_row(id)?)).transpose()?.flatten();
        let price = found.clone();
        asked.push(AskedPlan { role, plan, found });
        if let Some(price) = price {
            let rule = PriceRule::of(&price.row.destination);
            return Ok(PriceLookup { question, account, asked, price, rule });
        }
    }
    let plans = asked.into_iter().map(|asked| asked.plan.code.to_string()).collect();
    Err(Error::NoPrice { destination: question.destination, at: question.at, plans })
}

/// The account of a name; `None` if it is the name of a plan.
fn account(snapshot: &Snapshot<'_>, name: &str, kind: Option<LookupKind>) -> Result<Option<SmppAccount>> {
    match kind {
        Some(LookupKind::Account) => return snapshot.smpp_account(name).map(Some),
        Some(LookupKind::Plan) => return snapshot.plan(name).map(|_| None),
        None => {}
    }
    match (snapshot.plan(name), snapshot.smpp_account_named(name)?) {
        (Ok(plan), Some(account)) => Err(Error::PlanOrAccount {
            name: name.to_owned(),
            plan: plan.code,
            account: account.system_id,
            customer: account.customer,
        }),
        (Ok(_), None) => Ok(None),
        (Err(Error::NotFound { .. }), Some(account)) => Ok(Some(account)),
        // The nearest name may be one of a plan or of an account.
        (Err(Error::NotFound { nearest: None, .. }), None) => snapshot.smpp_account(name).map(Some),
        (Err(error), _) => Err(error),
    }
}

/// The plans that an account asks at a time, in order.
fn plans_of(snapshot: &Snapshot<'_>, account: &SmppAccount, at: Time) -> Result<Vec<(Option<PlanRole>, Plan)>> {
    let found = snapshot.plans_of_accounts(snapshot.prices_version()?, Some(&[account.id]))?;
    let at = found.accounts.get(&account.id).and_then(|plans| plans.at(second_of(Some(at))));
    let plans = at.map(|plans| plans.plans.as_slice()).unwrap_or_default();
    let ids = plans.iter().filter_map(|(role, index)| Some((*role, *found.plan_ids.get(*index)?)));
    ids.map(|(role, id)| Ok((Some(role), snapshot.plan_of(id)?))).collect()
}
