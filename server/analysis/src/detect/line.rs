//! A line of a document as the model's labels see it: what stands there, and whether the rules can judge it.

use super::lack::{can_lack, is_given_by_template, is_given_whole, is_unknown};
use crate::document::DocumentAnalysis;
use crate::field::{in_pod, pattern};
use crate::meaning::meaning;
use leastwise_model::likeness::{self, Likeness, likeness};
use leastwise_rules::{Rule, rule};
use leastwise_text::{TextRange, TextSize};
use leastwise_yaml::{Entry, Node, Path, Segment};

/// A line that says something.
pub(super) struct Line<'a> {
    analysis: &'a DocumentAnalysis,
    /// Its text without blanks around it, in the document.
    content: TextRange,
    /// The innermost field that begins on it.
    path: Path,
    /// The object that it belongs to.
    pub(super) object: Path,
}

/// Where a label is shown on a line.
pub(super) struct Place {
    pub(super) path: Path,
    pub(super) range: TextRange,
    /// The rule of that name cannot judge here: a template hides what it looks at, the text is broken, or the kind is
    /// none that rules know.
    pub(super) is_beyond_rules: bool,
}

impl<'a> Line<'a> {
    /// The line of that number, counted from 0; `None` where there is none or it is empty.
    pub(super) fn of(analysis: &'a DocumentAnalysis, number: u32) -> Option<Self> {
        let document = &analysis.document;
        let source = document.source();
        let text = source.split_inclusive('\n').nth(usize::try_from(number).ok()?)?;
        let start = TextSize::try_from(text.as_ptr() as usize - source.as_ptr() as usize).ok()?;
        let text = text.trim_end();
        let first = start + TextSize::of(&text[..text.len() - text.trim_start().len()]);
        let content = TextRange::at(first, TextSize::of(text.trim_start()));
        if content.is_empty() {
            return None;
        }
        // Behind the dash of an item stands its first key.
        let text = text.trim_start();
        let name = first + TextSize::of(&text[..text.len() - text.trim_start_matches(['-', ' ']).len()]);
        let path = document.path_at(name.min(content.end()));
        let objects = analysis.resources.iter().map(|(object, _)| object);
        let object =
            objects.filter(|object| object.holds(&path)).max_by_key(|object| object.segments().len());
        let object = object.cloned().unwrap_or_default();
        Some(Self { analysis, content, path, object })
    }

    /// Whether any of `range` is on the line.
    pub(super) fn holds(&self, range: TextRange) -> bool {
        self.content.contains_inclusive(range.start())
    }

    /// Of a line that is said to name an image like a known one: which part of its name, and what that is like.
    pub(super) fn likeness(&self, label: &str) -> Option<Likeness<'a>> {
        (label == likeness::LABEL).then(|| likeness(self.text()))?
    }

    fn text(&self) -> &'a str {
        &self.analysis.document.source()[self.content]
    }

    /// Where a label of this line is shown.
    pub(super) fn place(&self, label: &str) -> Place {
        if let Some(Likeness { written, .. }) = self.likeness(label)
            && let Ok(before) = TextSize::try_from(written.as_ptr() as usize - self.text().as_ptr() as usize)
        {
            let range = TextRange::at(self.content.start() + before, TextSize::of(written));
            let path = self.analysis.document.path_at(range.start());
            return Place { path, range, is_beyond_rules: true };
        }
        match rule(label) {
            Some(rule) => self.place_of_rule(rule),
            None => {
                let is_about_key = meaning(label).is_some_and(|meaning| meaning.is_about_key);
                self.place_at(self.path.clone(), is_about_key, true)
            }
        }
    }

    fn place_of_rule(&self, rule: &Rule) -> Place {
        if let Some((path, value)) = self.field_of(rule) {
            let is_hidden = || self.is_unreadable() || value.is_some_and(Node::is_unknown);
            let is_beyond = self.is_of_unknown_kind(&path) || is_hidden();
            let is_beyond = is_beyond && !value.is_some_and(is_given_whole);
            return self.place_at(path, false, is_beyond);
        }
        // What the rule looks at is not here, so that it is missed: rules show that at a key.
        let is_beyond = if self.is_of_unknown_kind(&self.path) {
            can_lack(&self.analysis.document, &self.path, rule)
        } else {
            self.hides_what_is_missed(rule).unwrap_or_else(|| self.is_unreadable())
        };
        let is_beyond = is_beyond && !self.template_gives_what_is_missed(rule);
        self.place_at(self.path.clone(), true, is_beyond)
    }

    /// The value at `path` as far as it is on the line, or its key, or else all of the line.
    fn place_at(&self, path: Path, prefers_key: bool, is_beyond_rules: bool) -> Place {
        let document = &self.analysis.document;
        let within = |range: &TextRange| self.content.contains_range(*range) && !range.is_empty();
        let value = document.at(&path).map(Node::range).filter(within);
        let key = document.entry_at(&path).map(|entry| entry.key.range()).filter(within);
        let (first, second) = if prefers_key { (key, value) } else { (value, key) };
        Place { path, range: first.or(second).unwrap_or(self.content), is_beyond_rules }
    }

    /// A template or broken text is on the line.
    fn is_unreadable(&self) -> bool {
        let document = &self.analysis.document;
        let is_here = |range: &TextRange| range.intersect(self.content).is_some_and(|part| !part.is_empty());
        document.templates().iter().any(is_here) || document.is_broken(self.content)
    }

    /// No rule knows what the kind's fields mean, and no pod spec has been made out around this one, nor below it: what the
    /// model says there about a pod, the rules have judged where the pod stands.
    fn is_of_unknown_kind(&self, path: &Path) -> bool {
        let analysis = self.analysis;
        let is_known = analysis.resources.iter().any(|(object, resource)| {
            object.holds(path) && !resource.kind.is_empty() && resource.is_built_in()
        });
        !is_known && !analysis.pods.iter().any(|pod| pod.holds(path) || path.holds(pod))
    }

    /// The first field on the line that the rule looks at, by the name of its key.
    fn field_of(&self, rule: &Rule) -> Option<(Path, Option<Node<'a>>)> {
        let wanted: Vec<_> = rule.fields.iter().map(|field| last_key(field)).collect();
        let is_wanted = |path: &Path| last_name(path).is_some_and(|name| wanted.contains(&name));
        if is_wanted(&self.path) {
            let value = self.analysis.document.at(&self.path);
            return Some((self.path.clone(), value));
        }
        // In flow style more than one field may stand on a line.
        let mut pending = vec![self.path.clone()];
        while let Some(path) = pending.pop() {
            let Some(node) = self.analysis.document.at(&path) else { continue };
            for Entry { key, value, .. } in node.written_entries().rev() {
                let Some(name) = key.key_text().filter(|_| self.holds(key.range())) else { continue };
                let below = path.key(name);
                if is_wanted(&below) {
                    return Some((below, Some(value)));
                }
                pending.push(below);
            }
            pending.extend(
                node.items().filter(|item| self.holds(item.range)).map(|item| path.index(item.index)),
            );
        }
        None
    }

    /// Whether a template or broken text hides if what the rule misses is there; `None` where it looks for nothing
    /// below this line.
    fn hides_what_is_missed(&self, rule: &Rule) -> Option<bool> {
        let mut answer = None;
        for (holder, node) in self.holders() {
            for missed in rule.fields.iter().filter_map(|field| self.below(&holder, field)) {
                answer = Some(answer == Some(true) || is_unknown(node, missed));
            }
        }
        answer
    }

    /// Whether a template gives as a whole what the rule misses below this line.
    fn template_gives_what_is_missed(&self, rule: &Rule) -> bool {
        // Where nobody knows the kind, any holder may be a container or a pod.
        let of_any = |field: &'static str| field.strip_prefix("C[*].").or_else(|| field.strip_prefix("P."));
        self.holders().any(|(holder, node)| {
            let missed =
                rule.fields.iter().filter_map(|field| self.below(&holder, field).or_else(|| of_any(field)));
            missed.into_iter().any(|missed| is_given_by_template(node, missed))
        })
    }

    /// What may lack something at this line, with where it is: at the first key of an item, it is the item.
    fn holders(&self) -> impl Iterator<Item = (Path, Node<'a>)> {
        let document = &self.analysis.document;
        let paths = [Some(self.path.clone()), self.path.parent()].into_iter().flatten();
        paths.filter_map(|path| document.at(&path).map(|node| (path, node)))
    }

    /// The rest of a field's name, as rules name theirs, from the mapping at `holder` on.
    fn below<'f>(&self, holder: &Path, field: &'f str) -> Option<&'f str> {
        let pods = self.analysis.pods.iter().filter_map(|pod| Some(in_pod(&holder.relative_to(pod)?)));
        let mut names = pods.chain(holder.relative_to(&self.object).map(|path| pattern(&path)));
        names.find_map(|name| match name.as_str() {
            "" => Some(field),
            name => field.strip_prefix(name)?.strip_prefix('.'),
        })
    }
}

/// The last key of a field as rules name theirs: `verbs` of `rules[*].verbs[*]`.
fn last_key(field: &str) -> &str {
    // A flag in a command, or a key that is no plain word, stands behind the field that holds it.
    let field = field.split(": ").next().unwrap_or(field);
    let field = field.split("[\"").next().unwrap_or(field);
    let field = field.rsplit('.').next().unwrap_or(field);
    field.split('[').next().unwrap_or(field)
}

/// The last key of a path.
fn last_name(path: &Path) -> Option<&str> {
    path.segments().iter().rev().find_map(|segment| match segment {
        Segment::Key(key) => Some(key.as_str()),
        Segment::Index(_) => None,
    })
}
