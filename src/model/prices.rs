//! Finds the price of a message: plans, services and overlays as they were recorded at some moment.
//!
//! ```text
//! account ─▶ its period at the second of submission ─▶ plans in order: overlay of the account, overlay of the customer,
//!                                                      plan of the service ─▶ the first price (`plan_prices.rs`)
//! ```

use foldhash::HashMap;

use crate::model::word_enum::word_enum;
use crate::model::{Destination, MobileNetwork, Money, PlanBasis, PlanPrices, PriceSource, Timeline, Unit};

/// How much of what was recorded about prices counts: all rows up to this ID. Prices, plans of services, services of accounts and
/// overlays share one sequence of IDs, and rows are never changed, so a version means the same for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PricesVersion(pub i64);

/// What decides the prices of an account's messages for some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPlans {
    pub service_id: i64,
    /// The unit of the service, and of all the plans.
    pub unit: Unit,
    pub price_source: PriceSource,
    /// Which plans are asked, as indexes in [`Prices::plans`], in order.
    pub plans: Vec<(PlanRole, usize)>,
}

word_enum! {
    /// Why a plan is asked.
    pub enum PlanRole {
        AccountOverlay = "account-overlay" as "overlay of the account",
        CustomerOverlay = "customer-overlay" as "overlay of the customer",
        Service = "service" as "plan of the service",
    }
}

/// A service, and its plans over time by their IDs.
#[derive(Debug, Clone)]
pub struct ServicePlans {
    pub unit: Unit,
    pub price_source: PriceSource,
    pub plans: Timeline<i64>,
}

/// The prices of the accounts of a file, or of all.
#[derive(Debug, Default, Clone)]
pub struct Prices {
    /// Each plan with its ID.
    pub plans: Vec<(i64, PlanPrices)>,
    pub accounts: HashMap<i64, Timeline<AccountPlans>>,
    /// Whether any of the plans charges messages when they are delivered.
    charges_delivered: bool,
}

/// The price of a message part, and what it follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessagePrice {
    pub unit: Unit,
    pub price: Money,
    /// The ID of the price, a [`crate::model::PriceRow`].
    pub row_id: i64,
    pub plan_id: i64,
    pub role: PlanRole,
}

impl Prices {
    /// What decides the price of an account's messages at a second since 1970-01-01 UTC.
    pub fn plans_of(&self, account_id: i64, second: i64) -> Option<&AccountPlans> {
        self.accounts.get(&account_id)?.at(second)
    }

    /// Whether an account has a price for every message at every time of such plans.
    pub fn has_all(&self, plans: &AccountPlans) -> bool {
        plans.plans.iter().any(|(_, plan)| self.plans.get(*plan).is_some_and(|(_, prices)| prices.has_all()))
    }

    /// Adds accounts whose plans have indexes in a list of IDs; plans that are not here yet are compiled.
    pub fn add<E>(
        &mut self,
        plan_ids: &[i64],
        accounts: impl IntoIterator<Item = (i64, Timeline<AccountPlans>)>,
        mut compile: impl FnMut(i64) -> Result<PlanPrices, E>,
    ) -> Result<(), E> {
        let mut indexes = Vec::with_capacity(plan_ids.len());
        for id in plan_ids {
            let known = self.plans.iter().position(|(known, _)| known == id);
            if known.is_none() {
                let plan = compile(*id)?;
                self.charges_delivered |= plan.basis() == PlanBasis::Delivered;
                self.plans.push((*id, plan));
            }
            indexes.push(known.unwrap_or(self.plans.len() - 1));
        }
        for (account_id, mut timeline) in accounts {
            let plans = timeline.values_mut().flat_map(|value| &mut value.plans);
            plans.for_each(|(_, plan)| *plan = indexes[*plan]);
            self.accounts.insert(account_id, timeline);
        }
        Ok(())
    }

    /// Whether a message may be charged only when it is delivered.
    pub fn charges_delivered(&self) -> bool {
        self.charges_delivered
    }

    /// When a message is charged: as the plan says that has its price or, for a message without one, the last plan that is asked,
    /// which is that of the service. A price in a file changes nothing about that.
    pub fn basis(
        &self,
        account_id: i64,
        network: Option<MobileNetwork>,
        destination: &Destination,
        second: i64,
    ) -> PlanBasis {
        let of_account = self.plans_of(account_id, second).filter(|_| self.charges_delivered);
        let asked = of_account.into_iter().flat_map(|of_account| &of_account.plans);
        let mut asked = asked.filter_map(|(_, plan)| Some(&self.plans.get(*plan)?.1)).peekable();
        let Some(first) = asked.peek().map(|plan| plan.basis()) else { return PlanBasis::default() };
        // As a rule all plans agree, and none has to be searched.
        if asked.clone().all(|plan| plan.basis() == first) {
            return first;
        }
        let of_price = asked.clone().find(|plan| plan.find(network, destination, second).is_some());
        of_price.or(asked.last()).map_or(first, PlanPrices::basis)
    }

    /// The price of a message part; `None` if no plan has one, which is never the same as a price of 0.
    pub fn find(
        &self,
        account_id: i64,
        network: Option<MobileNetwork>,
        destination: &Destination,
        second: i64,
    ) -> Option<MessagePrice> {
        let of_account = self.plans_of(account_id, second)?;
        of_account.plans.iter().find_map(|(role, plan)| {
            let (plan_id, prices) = self.plans.get(*plan)?;
            let (price, row_id) = prices.find(network, destination, second)?;
            Some(MessagePrice { unit: of_account.unit, price, row_id, plan_id: *plan_id, role: *role })
        })
    }
}

/// The plans of an account over time, from the timelines that decide them.
pub fn account_plans(
    services: &Timeline<i64>,
    overlay_of_account: Option<&Timeline<Option<i64>>>,
    overlay_of_customer: Option<&Timeline<Option<i64>>>,
    service: impl Fn(i64) -> Option<ServicePlans>,
    plan_index: impl Fn(i64) -> Option<usize>,
) -> Timeline<AccountPlans> {
    let plans_of_services: Vec<(i64, ServicePlans)> =
        services.values().filter_map(|id| service(*id).map(|service| (*id, service))).collect();
    let overlays = [(PlanRole::AccountOverlay, overlay_of_account), (PlanRole::CustomerOverlay, overlay_of_customer)];
    let of_overlays = overlays.iter().filter_map(|(_, overlay)| *overlay).flat_map(Timeline::starts);
    let of_plans = plans_of_services.iter().flat_map(|(_, service)| service.plans.starts());
    Timeline::from_starts(services.starts().chain(of_overlays).chain(of_plans), |second| {
        let service_id = *services.at(second)?;
        let (_, service) = plans_of_services.iter().find(|(id, _)| *id == service_id)?;
        let overlays = overlays.iter().filter_map(|(role, overlay)| Some((*role, (*overlay)?.at(second).copied()??)));
        let of_service = service.plans.at(second).map(|plan| (PlanRole::Service, *plan));
        let plans = overlays.chain(of_service).filter_map(|(role, plan)| Some((role, plan_index(plan)?))).collect();
        Some(AccountPlans { service_id, unit: service.unit, price_source: service.price_source, plans })
    })
}
