//! Desired state: what files may declare of customers, services and plans.
//!
//! Only what an operator decides is declared. Balances, passwords, notes, messages and prices have a history of their own, which a
//! file that says how things should be would contradict.

use crate::model::{
    AccountCode, ContactDetails, CustomerDetails, Money, PlanBasis, PlanCode, PlanDetails, ServiceCode, ServiceDetails,
    SmppDetails, SystemId, Unit, WarningDetails,
};

/// A customer with everything that belongs to it and can be declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredCustomer {
    pub account_code: AccountCode,
    pub details: CustomerDetails,
    /// The plan that is asked for prices before those of the services.
    pub overlay: Option<PlanCode>,
    /// The credit limits that are not zero.
    pub credit_limits: Vec<(Unit, Money)>,
    pub warnings: Vec<(Unit, WarningDetails)>,
    /// In any order; two may be alike.
    pub contacts: Vec<ContactDetails>,
    pub accounts: Vec<DeclaredAccount>,
}

/// An SMPP account without its password and without the numbers of its closed user group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredAccount {
    pub system_id: SystemId,
    pub details: SmppDetails,
    pub overlay: Option<PlanCode>,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredService {
    pub code: ServiceCode,
    pub plan: PlanCode,
    pub details: ServiceDetails,
}

/// A price plan without its prices, which count from a time each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredPlan {
    pub code: PlanCode,
    pub unit: Unit,
    pub basis: PlanBasis,
    pub details: PlanDetails,
}
