//! What the model sees, where it may speak. Rules decide where they can: a label that a rule covers is heard only where
//! that rule cannot judge, because a template hides the value, the text is not whole, or the kind is unknown; and not where a
//! template gives all of what it is about, which neither can know.

mod disagreement;
mod lack;
mod line;
mod weighed;

pub use disagreement::{Disagreement, LEAST_PROBABILITY, disagreements};
pub use weighed::{WeighedLine, weighed};

use crate::baseline::identity_of;
use crate::diagnosis::{Standing, Suppressed};
use crate::document::DocumentAnalysis;
use crate::meaning::meaning;
use crate::suppression::Suppression;
use crate::{File, partial};
use leastwise_manifest::Resource;
use leastwise_model::Tag;
use leastwise_model::likeness::Likeness;
use leastwise_rules::{Severity, rule};
use leastwise_text::{TextRange, TextSize};
use leastwise_yaml::Path;
use line::Line;

/// How bad it is what the model sees, until the user says otherwise: worth a look.
const SEVERITY: Severity = Severity::Info;

/// Something the model saw. A candidate, and shown as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// The model's name for it; a rule's id where it means the same.
    pub label: String,
    /// What is wrong, in words.
    pub message: String,
    /// How sure the model is, from 0 to 1.
    pub probability: f32,
    /// How bad the user holds it to be.
    pub severity: Severity,
    /// The user has said so, and not we: only then may it make a check fail.
    pub has_users_severity: bool,
    /// The zero-based index of the document.
    pub document: usize,
    /// The line in the document, counted from 0.
    pub line: u32,
    /// The object it is about.
    pub resource: Resource,
    /// The object, as a path in its document.
    pub(crate) object: Path,
    /// The field on the line, relative to its object.
    pub path: Path,
    /// The characters on the line, in the text.
    pub range: TextRange,
    /// The known name that the characters are nearly.
    pub(crate) nearly: Option<&'static str>,
    /// What it is called for good, see [`crate::identity`].
    pub identity: String,
    /// A rule that says the same on the line.
    pub(crate) covered_by: Option<&'static str>,
    /// Why it is not to be shown.
    pub(crate) suppressed: Option<Suppressed>,
}

impl Sighting {
    /// Whether it is shown.
    pub fn standing(&self) -> Standing<'_> {
        match (&self.suppressed, self.covered_by) {
            (Some(suppressed), _) => Standing::Suppressed(&suppressed.reason),
            (None, Some(covering)) => Standing::Covered(covering),
            (None, None) => Standing::Shown,
        }
    }

    /// Whether it is shown.
    pub fn is_shown(&self) -> bool {
        self.standing() == Standing::Shown
    }

    /// Whether it is silenced from outside of its file: by the baseline.
    pub fn is_silenced_elsewhere(&self) -> bool {
        self.suppressed.as_ref().is_some_and(|suppressed| !suppressed.in_source)
    }
}

/// How sure the model is, in words.
pub fn certainty(probability: f32) -> String {
    format!("seen by the local model, {:.0} %", probability * 100.0)
}

/// What the model's tags on one document come to, in order of lines: what the configuration selects, where the model may
/// speak.
pub fn sightings(file: &File, document: usize, tags: &[Tag]) -> Vec<Sighting> {
    let Some((_, offset, analysis)) = file.placed().nth(document) else { return Vec::new() };
    let selects = |tag: &&Tag| file.environment().configuration.selects_label(&tag.label);
    let seen = tags.iter().filter(selects).filter_map(|tag| sighting(file, document, offset, analysis, tag));
    let mut seen: Vec<_> = seen.collect();
    seen.sort_by_key(|sighting| sighting.range.start());
    seen
}

fn sighting(
    file: &File,
    document: usize,
    offset: TextSize,
    analysis: &DocumentAnalysis,
    tag: &Tag,
) -> Option<Sighting> {
    let line = Line::of(analysis, tag.line)?;
    let place = line.place(&tag.label);
    let rule = rule(&tag.label);
    let is_of_part = file.environment().composition.is_partial || partial::is_patch(&analysis.document);
    // What a part of an object lacks stands elsewhere, or not: the model has not seen the rest either.
    if rule.is_some() && (is_of_part || !place.is_beyond_rules) {
        return None;
    }
    let configuration = &file.environment().configuration;
    let severity = configuration.severity.get(tag.label.as_str()).copied();
    let title = rule.map(|rule| rule.title).or_else(|| meaning(&tag.label).map(|meaning| meaning.title));
    let mut message = title.map_or_else(|| words(&tag.label), str::to_owned);
    let likeness = line.likeness(&tag.label);
    if let Some(Likeness { written, known }) = &likeness {
        message += &format!(": {written} looks like {known}");
    }
    let identity = identity_of(&analysis.document, &tag.label, &line.object, &place.path);
    let here = suppression(file, analysis, &tag.label, &line.object, place.range);
    let elsewhere = || {
        let is_known = configuration.known.as_ref().is_some_and(|known| known.holds(&identity));
        is_known.then(|| Suppressed { reason: "in the baseline".to_owned(), in_source: false })
    };
    let here = here.map(|one| Suppressed { reason: one.reason.clone(), in_source: true });
    Some(Sighting {
        message,
        label: tag.label.clone(),
        probability: tag.probability,
        severity: severity.unwrap_or(SEVERITY),
        has_users_severity: severity.is_some(),
        document,
        line: tag.line,
        resource: analysis.resource(&line.object),
        covered_by: covering(analysis, &line, &tag.label),
        suppressed: here.or_else(elsewhere),
        path: place.path.relative_to(&line.object).unwrap_or(place.path),
        object: line.object,
        nearly: likeness.map(|likeness| likeness.known),
        range: place.range + offset,
        identity,
    })
}

/// What in the file silences a label at a place of a document.
pub(crate) fn suppression<'f>(
    file: &'f File,
    analysis: &'f DocumentAnalysis,
    label: &str,
    object: &Path,
    range: TextRange,
) -> Option<&'f Suppression> {
    let today = file.environment().today;
    let silences =
        |one: &&Suppression| one.is_in_force(today) && one.reaches(object, range) && one.names(label);
    analysis.suppressions.iter().find(silences).or_else(|| file.file_wide_suppression(label))
}

/// The rule that has found on the line what the label says, whether that is shown or silenced.
fn covering(analysis: &DocumentAnalysis, line: &Line<'_>, label: &str) -> Option<&'static str> {
    let says_the_same =
        |rule: &str| rule == label || meaning(label).is_some_and(|meaning| meaning.rules.contains(&rule));
    let found = analysis
        .diagnoses
        .iter()
        .find(|diagnosis| says_the_same(diagnosis.rule()) && line.holds(diagnosis.finding.place.range));
    found.map(|diagnosis| diagnosis.rule())
}

/// A label that is not known here is a name in words with dashes.
fn words(label: &str) -> String {
    let mut words = label.replace('-', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Baseline, Configuration, Environment};
    use std::sync::Arc;

    fn see(text: &str, configuration: Configuration, label: &str, line: u32) -> Vec<Sighting> {
        let environment = Environment { configuration: Arc::new(configuration), ..Environment::default() };
        let tags = [Tag { label: label.to_owned(), line, probability: 0.9 }];
        sightings(&File::new(text, &environment), 0, &tags)
    }

    /// The line with carets under what is shown, and its path; nothing where nothing is shown.
    fn shown(text: &str, label: &str, line: usize) -> String {
        let seen = see(text, Configuration::default(), label, u32::try_from(line).unwrap());
        let Some(one) = seen.iter().find(|sighting| sighting.is_shown()) else { return String::new() };
        let start = text.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
        let before = usize::from(one.range.start()) - start;
        let carets = "^".repeat(usize::from(one.range.len()));
        format!("{}\n{}{carets} {}", text[start..].lines().next().unwrap(), " ".repeat(before), one.path)
    }

    const POD: &str = "\
apiVersion: v1
kind: Pod
spec:
  hostNetwork: true
  hostPID: {{ .Values.debug }}
  containers:
  - name: web
    args: [curl, evil]
    env:
    - name: DB_PASSWORD
      value: hunter2
";

    #[test]
    fn the_rule_s_verdict_stands_where_it_can_judge() {
        assert_eq!(shown(POD, "host-network", 3), "");
        assert_eq!(shown(&POD.replace("hostNetwork: true", "hostNetwork: false"), "host-network", 3), "");
    }

    #[test]
    fn under_a_template_the_model_speaks() {
        let expected = "  hostPID: {{ .Values.debug }}\n           ^^^^^^^^^^^^^^^^^^^ spec.hostPID";
        assert_eq!(shown(POD, "host-pid", 4), expected);
    }

    #[test]
    fn of_what_a_template_gives_as_a_whole_nobody_knows_anything() {
        let service = |addresses: &str| {
            format!("apiVersion: v1\nkind: Service\nspec:\n  externalIPs:{addresses}\n  ports: []\n")
        };
        let label = "service-external-ips";
        assert_eq!(shown(&service("\n    {{- toYaml .Values.addresses | nindent 4 }}"), label, 3), "");
        assert_eq!(shown(&service(" {{- toYaml .Values.addresses | nindent 4 }}"), label, 3), "");
        assert_eq!(shown(&service("\n{{ toYaml .Values.addresses | indent 4 }}"), label, 3), "");
        assert_eq!(shown(&service("\n    {{- include \"shop.addresses\" . | nindent 4 }}"), label, 3), "");
        assert_ne!(shown(&service(" {{ .Values.addresses }}"), label, 3), "", "a template of one's own");
    }

    #[test]
    fn a_meaning_that_no_rule_knows_is_shown_on_its_value_or_its_key() {
        let expected = "    args: [curl, evil]\n          ^^^^^^^^^^^^ spec.containers[0].args";
        assert_eq!(shown(POD, "command-downloads-and-executes", 7), expected);
        let expected = "  - name: web\n          ^^^ spec.containers[0].name";
        assert_eq!(shown(POD, "image-imitates-known-name", 6), expected);
        let expected = "    args: [curl, evil]\n    ^^^^ spec.containers[0].args";
        assert_eq!(shown(POD, "setting-misspelled", 7), expected);
    }

    #[test]
    fn an_imitation_is_shown_on_the_part_of_the_name_that_is_like_a_known_one() {
        let label = "image-imitates-known-name";
        let pod = "kind: Pod\nspec:\n  containers:\n  - {name: web, image: \"docker.io/bitnamy/redis:7\"}\n";
        let expected = "  - {name: web, image: \"docker.io/bitnamy/redis:7\"}\n                                  ^^^^^^^ \
                        spec.containers[0].image";
        assert_eq!(shown(pod, label, 3), expected);
        let message = &see(pod, Configuration::default(), label, 3)[0].message;
        assert_eq!(message, "Image is named like a known one: bitnamy looks like bitnami");
    }

    #[test]
    fn a_kind_that_no_rule_knows_is_the_model_s() {
        let custom = "apiVersion: example.org/v1\nkind: Sandbox\nspec: {a: 1, hostNetwork: true}\n";
        let expected = "spec: {a: 1, hostNetwork: true}\n                          ^^^^ spec.hostNetwork";
        assert_eq!(shown(custom, "host-network", 2), expected);
    }

    #[test]
    fn a_pod_within_an_unknown_kind_is_the_rules() {
        let custom = "apiVersion: example.org/v1\nkind: Sandbox\nspec:\n  template:\n    spec:\n      \
                      hostNetwork: false\n      containers:\n      - name: web\n        image: web:1.2\n";
        assert_eq!(shown(custom, "host-network", 5), "");
    }

    #[test]
    fn what_is_missed_above_such_a_pod_is_the_rules_too() {
        let custom = "apiVersion: serving.example.org/v1\nkind: InferenceService\nspec:\n  predictor:\n    minReplicas: 1\n  \
                      transformer:\n    containers:\n    - name: web\n      image: web:1.2\n";
        let label = "service-account-token-mounted";
        assert_eq!(shown(custom, label, 2), "", "the rule says so at the pod");
        assert_eq!(shown(custom, label, 5), "");
        let beside = custom.replace("minReplicas: 1", "parts: [{image: model:1.2}]");
        let expected = "  predictor:\n  ^^^^^^^^^ spec.predictor";
        assert_eq!(shown(&beside, label, 3), expected, "beside the pod nobody has judged");
        let no_pod = custom.replace("containers", "parts");
        let expected = "  transformer:\n  ^^^^^^^^^^^ spec.transformer";
        assert_eq!(shown(&no_pod, label, 5), expected);
    }

    #[test]
    fn in_an_unknown_kind_only_what_has_an_image_lacks_something() {
        let task = "\
apiVersion: pipelines.example.org/v1
kind: Task
spec:
  params:
  - name: browser
    default: chrome
  runner:
    steps:
    - name: build
      image: builder:1.2
      resources:
        limits: {cpu: 1}
    - securityContext: {readOnlyRootFilesystem: true}
      image: tester:1.2
";
        let label = "memory-limit-missing";
        assert_eq!(shown(task, label, 4), "", "a parameter is no container");
        assert_eq!(shown(task, label, 8), "    - name: build\n      ^^^^ spec.runner.steps[0].name");
        let limits = "        limits: {cpu: 1}\n        ^^^^^^ spec.runner.steps[0].resources.limits";
        assert_eq!(shown(task, label, 11), limits, "within the container");
        let label = "run-as-non-root-not-enforced";
        let context = "    - securityContext: {readOnlyRootFilesystem: true}\n      ^^^^^^^^^^^^^^^ spec.runner.steps[1].securityContext";
        assert_eq!(shown(task, label, 12), context);
        let label = "service-account-token-mounted";
        assert_eq!(shown(task, label, 6), "  runner:\n  ^^^^^^ spec.runner", "a pod has containers");
        assert_eq!(shown(task, label, 2), "");
        assert_eq!(shown(task, label, 3), "");
        let hidden = task.replace("image: builder:1.2", "{{- include \"image\" . | nindent 6 }}");
        assert_ne!(shown(&hidden, "memory-limit-missing", 8), "", "who knows");
    }

    #[test]
    fn what_is_missed_is_shown_at_a_key_where_nobody_can_tell_whether_it_is_there() {
        let pod = |resources: &str| {
            format!("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    {resources}\n")
        };
        let hidden = pod("{{- include \"shop.container\" . | nindent 4 }}");
        let expected = "  - name: web\n    ^^^^ spec.containers[0].name";
        assert_eq!(shown(&hidden, "memory-limit-missing", 4), expected);
        // There the rule can judge, though another field is templated.
        assert_eq!(shown(&pod("image: {{ .Values.image }}"), "memory-limit-missing", 4), "");
        let set = pod("resources: {limits: {memory: 1Gi}}\n    image: {{ .Values.image }}");
        assert_eq!(shown(&set, "memory-limit-missing", 4), "");
    }

    #[test]
    fn what_a_template_gives_as_a_whole_was_not_forgotten() {
        let label = "memory-limit-missing";
        let chart = "\
apiVersion: v1
kind: Pod
spec:
  containers:
  - name: web
    {{- if .Values.resources }}
    resources: {{- toYaml .Values.resources | nindent 6 }}
    {{- else if ne .Values.preset \"none\" }}
    resources: {{- include \"preset\" .Values.preset | nindent 6 }}
    {{- end }}
";
        assert_eq!(shown(chart, label, 4), "");
        let unguarded = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    resources:\n";
        let below = format!("{unguarded}      {{{{- toYaml .Values.resources | nindent 6 }}}}\n");
        assert_eq!(shown(&below, label, 4), "", "as all that stands below its key");
        let limits = format!("{unguarded}      limits: {{{{ .Values.limits }}}}\n");
        assert_eq!(shown(&limits, label, 4), "", "or a part of it");
        let requests = format!(
            "{unguarded}      requests: {{{{ .Values.requests }}}}\n      {{{{- include \"more\" . | nindent 6 }}}}\n"
        );
        assert_ne!(shown(&requests, label, 4), "", "what it gives is another thing");
        assert_eq!(
            shown(&requests.replace("include \"more\" .", "toYaml .Values.more"), label, 4),
            "",
            "any values"
        );
        let beside = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    {{- toYaml .Values.extra | nindent 4 }}\n";
        assert_ne!(shown(beside, label, 4), "", "what a container gets besides is something else");
        let task = "apiVersion: pipelines.example.org/v1\nkind: Task\nspec:\n  steps:\n  - name: build\n    image: builder:1.2\n";
        assert_ne!(shown(task, label, 4), "");
        let given = format!("{task}    resources: {{{{ .Values.resources }}}}\n");
        assert_eq!(shown(&given, label, 4), "", "in a kind that nobody knows");
    }

    #[test]
    fn what_a_rule_says_on_the_line_is_not_said_again() {
        let seen = see(POD, Configuration::default(), "secret-in-plain-text", 10);
        assert_eq!(seen[0].standing(), Standing::Covered("secret-literal-in-environment"));
        let ignoring = Configuration {
            ignore: vec!["secret-literal-in-environment".parse().unwrap()],
            ..Configuration::default()
        };
        assert!(see(POD, ignoring, "secret-in-plain-text", 10)[0].is_shown(), "nobody else says it");
        assert!(see(POD, Configuration::default(), "secret-in-plain-text", 7)[0].is_shown(), "another line");
    }

    #[test]
    fn a_comment_silences_it_and_a_line_that_is_not_there_says_nothing() {
        let label = "command-downloads-and-executes";
        let silenced = POD.replace("evil]", &format!("evil] # leastwise: ignore[{label}] because a test"));
        let seen = see(&silenced, Configuration::default(), label, 7);
        assert_eq!(seen[0].standing(), Standing::Suppressed("a test"));
        assert!(!seen[0].is_silenced_elsewhere());
        let file_wide = format!("{POD}# leastwise: ignore-file[{label}] because generated\n");
        let seen = see(&file_wide, Configuration::default(), label, 7);
        assert_eq!(seen[0].standing(), Standing::Suppressed("generated"));
        assert_eq!(see(POD, Configuration::default(), label, 99), []);
        assert_eq!(see(POD, Configuration::default(), label, u32::MAX), []);
    }

    #[test]
    fn what_is_in_the_baseline_is_known() {
        let label = "command-downloads-and-executes";
        let seen = see(POD, Configuration::default(), label, 7);
        assert_eq!(seen[0].identity, format!("{label} /Pod / .spec.containers[web].args"));
        let known = Baseline::default().with([seen[0].identity.clone()]);
        let configuration = Configuration { known: Some(Arc::new(known)), ..Configuration::default() };
        let seen = see(POD, configuration, label, 7);
        assert_eq!(seen[0].standing(), Standing::Suppressed("in the baseline"));
        assert!(seen[0].is_silenced_elsewhere());
    }

    #[test]
    fn it_is_of_little_weight_unless_the_user_says_otherwise() {
        let label = "command-downloads-and-executes";
        let seen = see(POD, Configuration::default(), label, 7);
        assert_eq!((seen[0].severity, seen[0].has_users_severity), (Severity::Info, false));
        let severity = [(label.parse().unwrap(), Severity::Error)].into();
        let seen = see(POD, Configuration { severity, ..Configuration::default() }, label, 7);
        assert_eq!((seen[0].severity, seen[0].has_users_severity), (Severity::Error, true));
    }

    #[test]
    fn what_the_configuration_leaves_out_is_left_out() {
        let label = "command-downloads-and-executes";
        for word in [label, "meanings"] {
            let ignore = vec![word.parse().unwrap()];
            assert_eq!(see(POD, Configuration { ignore, ..Configuration::default() }, label, 7), []);
        }
        let excluded = Configuration { is_excluded: true, ..Configuration::default() };
        assert_eq!(see(POD, excluded, label, 7), []);
    }
}
