use crate::finding::Report;
use crate::{Finding, KubernetesVersion};
use leastwise_manifest::{Container, Object, PodSpec, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One misconfiguration: what it means, where it stands and how it is found.
#[derive(Debug)]
pub struct Rule {
    /// Its name everywhere: in output, settings and suppressions.
    pub id: &'static str,
    /// What is wrong, in one line without a full stop.
    pub title: &'static str,
    /// What it is about.
    pub family: Family,
    /// How bad it is, if the finding itself does not say otherwise.
    pub severity: Severity,
    /// How sure a finding is.
    pub confidence: Confidence,
    /// Who wants to hear of it.
    pub persona: Persona,
    /// The Pod Security Standards profile that forbids it.
    pub profile: Option<Profile>,
    /// The first Kubernetes version whose profile forbids it.
    pub since: KubernetesVersion,
    /// The first Kubernetes version that knows nothing of what it is about; `None` where all do.
    pub until: Option<KubernetesVersion>,
    /// What its fix may change.
    pub fix: FixKind,
    /// The ids under which other checkers know it.
    pub also: &'static [(Checker, &'static str)],
    /// The fields it reads, for hover: `P` is the pod spec, `C[*]` a container, else a path in the object.
    pub fields: &'static [&'static str],
    /// The parameter that turns a rule of persona [`Persona::Policy`] on: a key of [`crate::Parameters`].
    pub parameter: Option<&'static str>,
    /// More telling rules: where one of them finds something at the same place, in it or around it, this one adds
    /// nothing for a reader.
    pub covered_by: &'static [&'static str],
    /// The rule's doc comment.
    pub(crate) documentation: &'static str,
    /// How it looks.
    pub(crate) check: Check,
}

/// What a rule is shown. Each kind of check sees every such part of every object.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Check {
    /// Each pod spec.
    Pod(fn(&PodSpec<'_>, &mut Report<'_, '_>)),
    /// Each container of all three lists.
    Container(fn(&PodSpec<'_>, &Container<'_>, &mut Report<'_, '_>)),
    /// Each container of all three lists, and each object of these kinds: what a flag says or a file in its place.
    ContainerOrKind(
        fn(&PodSpec<'_>, &Container<'_>, &mut Report<'_, '_>),
        &'static [&'static str],
        fn(&Object<'_>, &mut Report<'_, '_>),
    ),
    /// Each Role and ClusterRole.
    Role(fn(&Role<'_>, &mut Report<'_, '_>)),
    /// Each object of these kinds, whatever its group and version.
    Kind(&'static [&'static str], fn(&Object<'_>, &mut Report<'_, '_>)),
    /// Each object of any kind.
    Object(fn(&Object<'_>, &mut Report<'_, '_>)),
    /// Each pod spec, with what the other rules found in it.
    Profile(fn(&PodSpec<'_>, &[Finding], &mut Report<'_, '_>)),
}

impl Rule {
    /// What a rule is where its file does not say.
    pub(crate) const DEFAULT: Self = Self {
        id: "",
        title: "",
        family: Family::PodSecurity,
        severity: Severity::Warning,
        confidence: Confidence::High,
        persona: Persona::Default,
        profile: None,
        since: KubernetesVersion::minor(0),
        until: None,
        fix: FixKind::Manual,
        also: &[],
        fields: &[],
        parameter: None,
        covered_by: &[],
        documentation: "",
        check: Check::Object(|_, _| {}),
    };

    /// The explanation in Markdown: what, why, an example to avoid and one to prefer, the fix, when it is fine.
    pub fn documentation(&self) -> String {
        let unindented = |line: &'static str| line.strip_prefix(' ').unwrap_or(line);
        let lines: Vec<_> = self.documentation.lines().map(unindented).collect();
        lines.join("\n")
    }

    /// One part of the documentation, by its heading; `None` when there is none.
    pub fn section(&self, heading: &str) -> Option<String> {
        let documentation = self.documentation();
        let (_, rest) = documentation.split_once(&format!("## {heading}\n"))?;
        Some(rest.split("\n## ").next().unwrap_or(rest).trim().to_owned())
    }

    /// Whether it looks at objects of that kind. Rules of pods look wherever one is.
    pub fn looks_at(&self, kind: &str) -> bool {
        match self.check {
            Check::Kind(kinds, _) | Check::ContainerOrKind(_, kinds, _) => kinds.contains(&kind),
            Check::Role(_) => matches!(kind, "Role" | "ClusterRole"),
            Check::Pod(_) | Check::Container(_) | Check::Object(_) | Check::Profile(_) => true,
        }
    }

    /// Where to read on: the first of its references.
    pub fn url(&self) -> Option<String> {
        let references = self.section("References")?;
        let (_, rest) = references.split_once("](")?;
        rest.split_once(')').map(|(address, _)| address.to_owned())
    }

    /// What the documentation says before its first heading.
    pub fn summary(&self) -> String {
        let documentation = self.documentation();
        documentation.split("\n## ").next().unwrap_or_default().trim().to_owned()
    }
}

/// Declares a file's rule: its doc comment, then the fields that differ from [`Rule::DEFAULT`].
macro_rules! rule {
    ($(#[doc = $line:literal])+ $($field:ident: $value:expr),+ $(,)?) => {
        pub(crate) static RULE: $crate::rule::Rule = $crate::rule::Rule {
            documentation: concat!($($line, "\n"),+),
            $($field: $value,)+
            ..$crate::rule::Rule::DEFAULT
        };
    };
}

/// Declares the files of a family and lists their rules.
macro_rules! family {
    ($($file:ident),* $(,)?) => {
        $(mod $file;)*
        pub(crate) static RULES: &[&$crate::rule::Rule] = &[$(&$file::RULE),*];
    };
}

pub(crate) use {family, rule};

/// What a misconfiguration is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// What a pod may do to its node and to itself.
    PodSecurity,
    /// Which image runs.
    ContainerImage,
    /// Where images come from.
    SupplyChain,
    /// Who may do what through the API.
    Rbac,
    /// Credentials in the open.
    Secrets,
    /// Who may talk to whom.
    Network,
    /// What can be reached from outside.
    ServiceExposure,
    /// What a pod needs to run, and how it is told to be well.
    ResourcesReliability,
    /// What keeps running when something is taken away.
    Availability,
    /// What a namespace admits, and what objects say of themselves.
    NamespaceHygiene,
    /// What the API server would refuse, drop or soon no longer know.
    SchemaDeprecation,
    /// Well-known components that need care of their own.
    ClusterComponent,
    /// How the API server, etcd, the kubelet and their kin are started.
    ControlPlaneFlags,
    /// What fits nowhere else.
    Other,
}

impl Family {
    /// Every family, in the order in which rules are listed.
    pub const ALL: [Self; 14] = [
        Self::PodSecurity,
        Self::ContainerImage,
        Self::SupplyChain,
        Self::Rbac,
        Self::Secrets,
        Self::Network,
        Self::ServiceExposure,
        Self::ResourcesReliability,
        Self::Availability,
        Self::NamespaceHygiene,
        Self::SchemaDeprecation,
        Self::ClusterComponent,
        Self::ControlPlaneFlags,
        Self::Other,
    ];

    /// Its name in output and settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::PodSecurity => "pod-security",
            Self::ContainerImage => "container-image",
            Self::SupplyChain => "supply-chain",
            Self::Rbac => "rbac",
            Self::Secrets => "secrets",
            Self::Network => "network",
            Self::ServiceExposure => "service-exposure",
            Self::ResourcesReliability => "resources-reliability",
            Self::Availability => "availability",
            Self::NamespaceHygiene => "namespace-hygiene",
            Self::SchemaDeprecation => "schema-deprecation",
            Self::ClusterComponent => "cluster-component",
            Self::ControlPlaneFlags => "control-plane-flags",
            Self::Other => "other",
        }
    }
}

/// How bad a finding is. Greater is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Hint,
    /// A weakness that something else covers.
    Info,
    /// A weakness.
    Warning,
    /// A way in or out.
    Error,
}

impl Severity {
    /// Its name in output and settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// A guess.
    Low,
    /// Likely; something out of sight may make it right.
    Medium,
    /// The text says so.
    High,
}

/// Who wants to hear of a rule's findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Persona {
    /// Everyone: a good reviewer would always say it.
    Default,
    /// Those who ask for hygiene and contested advice.
    Pedantic,
    /// Those who configured it; off until then.
    Policy,
}

/// A level of the Pod Security Standards. Greater is stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Everything is allowed.
    Privileged,
    /// No known way out of the container.
    Baseline,
    /// Current hardening practice.
    Restricted,
}

impl Profile {
    /// Its name in output, settings and namespace labels.
    pub fn name(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

/// What a rule's fix may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FixKind {
    /// Never the way a working program behaves.
    Safe,
    /// What a program that used the privilege sees.
    Behavioural,
    /// There is none that follows from the text alone.
    Manual,
}

/// A checker that knows the same misconfiguration under an id of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Checker {
    Checkov,
    KubeLinter,
    Kics,
    Polaris,
    Trivy,
    Kubescape,
    Kubesec,
    KubeScore,
    Kyverno,
}
