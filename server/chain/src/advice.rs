//! What a model said beside its drafts: for people, and without a say over any manifest.

use leastwise_manifest::Resource;
use serde::Serialize;

/// What the model said, and what became of its drafts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// Which model.
    pub model: String,
    /// What it takes the workloads for.
    pub workloads: Vec<TakenFor>,
    /// What a person should look at, as it thinks.
    pub look: Vec<Look>,
    /// The objects that are made as it drafted them, by name.
    pub drafted: Vec<String>,
    /// The objects of which the exact derivation stands, with the reason.
    pub exact: Vec<Exact>,
    /// Why objects are as they are, in its words.
    pub words: Vec<Words>,
    /// Why it was not asked to the end, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// What the model takes a workload for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TakenFor {
    /// Namespace, kind and name, between quotation marks.
    pub workload: String,
    /// One of the kinds of workload that it could choose from.
    pub taken_for: &'static str,
}

/// Something that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Look {
    /// Whose it is, between quotation marks.
    pub subject: String,
    /// The request, connection or process, with what logs say of it between quotation marks; or the removal, as its
    /// statement says it.
    pub what: String,
    /// How often, when and where it was seen.
    pub because: String,
}

/// An object that is as it would be without a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exact {
    /// What it is called.
    pub name: String,
    /// Why no draft was taken.
    pub because: String,
}

/// What the model says about an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Words {
    /// Which.
    pub resource: Resource,
    /// Sentences that name nothing but what the object's statements name.
    pub text: String,
}
