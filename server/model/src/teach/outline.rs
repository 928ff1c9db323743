//! The keys of a document and what lies under what, by indentation alone, so that a template or a half-typed text has an
//! outline, too.

/// A document as a tree of keys and items. The first node is the document itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    nodes: Vec<Node>,
}

/// A key or an item.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// The node that it lies under; the document lies under itself.
    pub(super) parent: usize,
    pub(super) step: Step,
    /// Counted from 0.
    pub(super) line: u32,
    /// What stands behind it, without quotes; `None` where that is a block, or unknown.
    pub(super) value: Option<String>,
    /// A template puts something here that nobody can know.
    pub(super) is_hidden: bool,
    pub(super) children: Vec<usize>,
}

/// How a node is reached from the one that it lies under.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// Of the document itself.
    Document,
    Key(String),
    Item,
}

/// The most nodes of a document. What follows has no outline.
const MOST_NODES: usize = 20_000;
/// The deepest that flow style, and items in items, are followed.
const DEEPEST: usize = 64;
/// The longest value that is kept.
const LONGEST: usize = 256;

impl Outline {
    /// The outline of a text, whatever it is.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut builder = Builder::default();
        let lines: Vec<&str> = text.split('\n').collect();
        let mut at = 0;
        while at < lines.len() && builder.nodes.len() < MOST_NODES {
            at = builder.line(&lines, at);
        }
        Self { nodes: builder.nodes }
    }

    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The nodes that a path leads to from a node on.
    pub(super) fn below(&self, node: usize, path: &[Step]) -> Vec<usize> {
        let mut found = vec![node];
        for step in path {
            let children = found.iter().flat_map(|&node| &self.nodes[node].children);
            found = children.copied().filter(|&child| self.nodes[child].step == *step).collect();
        }
        found
    }

    /// Whether a template may put there what the path leads to.
    pub(super) fn may_hide(&self, node: usize, path: &[Step]) -> bool {
        (0..=path.len())
            .any(|length| self.below(node, &path[..length]).iter().any(|&node| self.nodes[node].is_hidden))
    }

    /// The node that is reached when a path is followed as far as it goes.
    pub(super) fn deepest(&self, node: usize, path: &[Step]) -> usize {
        let found =
            (1..=path.len()).rev().find_map(|length| self.below(node, &path[..length]).first().copied());
        found.unwrap_or(node)
    }

    /// The steps from the document to a node.
    pub(super) fn path(&self, mut node: usize) -> Vec<Step> {
        let mut steps = Vec::new();
        while node != 0 {
            steps.push(self.nodes[node].step.clone());
            node = self.nodes[node].parent;
        }
        steps.reverse();
        steps
    }
}

struct Builder {
    nodes: Vec<Node>,
    /// The nodes that the next line may lie under, with their columns. The document is always the first.
    open: Vec<(usize, usize)>,
    has_content: bool,
}

impl Default for Builder {
    fn default() -> Self {
        let document = Node {
            parent: 0,
            step: Step::Document,
            line: 0,
            value: None,
            is_hidden: false,
            children: Vec::new(),
        };
        Self { nodes: vec![document], open: Vec::new(), has_content: false }
    }
}

impl Builder {
    fn add(&mut self, parent: usize, step: Step, line: usize) -> usize {
        let node = self.nodes.len();
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        self.nodes.push(Node { parent, step, line, value: None, is_hidden: false, children: Vec::new() });
        self.nodes[parent].children.push(node);
        node
    }

    /// Reads a line, and those that go on with its value; gives the number of the next one.
    fn line(&mut self, lines: &[&str], at: usize) -> usize {
        let line = lines[at].trim_end();
        let content = line.trim_start();
        let column = line.len() - content.len();
        if content.is_empty() || content.starts_with('#') || matches!(content, "---" | "...") {
            return at + 1;
        }
        if content.starts_with("{{") {
            self.template(content, column);
            return at + 1;
        }
        if !self.has_content {
            self.has_content = true;
            self.nodes[0].line = u32::try_from(at).unwrap_or(u32::MAX);
        }
        self.content(lines, at, column, content)
    }

    /// A line that is nothing but a template hides something, unless it only decides or defines.
    fn template(&mut self, content: &str, column: usize) {
        let inner = content.trim_start_matches(['{', '-', ' ']);
        let word = inner.split([' ', '}', '-']).next().unwrap_or_default();
        let says_nothing = ["if", "else", "end", "range", "with", "define", "block", "/*", "template_end"];
        if says_nothing.contains(&word) || inner.starts_with(['/', '$']) {
            return;
        }
        // What is indented by the template itself stands at any column, so that all open blocks may get it.
        let is_indented = content.contains("indent");
        for &(column_of, node) in &self.open {
            if is_indented || column_of < column {
                self.nodes[node].is_hidden = true;
            }
        }
        self.nodes[0].is_hidden |= is_indented;
    }

    fn content(&mut self, lines: &[&str], at: usize, mut column: usize, mut content: &str) -> usize {
        let mut item = None;
        while (content.starts_with("- ") || content == "-") && self.open.len() < DEEPEST {
            let parent = self.parent_of_item(column);
            let node = self.add(parent, Step::Item, at);
            self.open.push((column, node));
            item = Some(node);
            let rest = content[1..].trim_start();
            column += content.len() - rest.len();
            content = rest;
        }
        let (node, value) = match key_of(content) {
            Some((key, value)) => {
                while self.open.last().is_some_and(|(open, _)| *open >= column) {
                    self.open.pop();
                }
                let parent = self.open.last().map_or(0, |(_, node)| *node);
                let node = self.add(parent, Step::Key(key), at);
                self.open.push((column, node));
                (node, value)
            }
            None => match (item, content.starts_with(['{', '['])) {
                (Some(item), _) => (item, content),
                (None, true) => (self.open.last().map_or(0, |(_, node)| *node), content),
                // Goes on with a text, or is half typed.
                (None, false) => return at + 1,
            },
        };
        self.value(lines, at, column, node, value)
    }

    fn parent_of_item(&mut self, column: usize) -> usize {
        while let Some(&(open, node)) = self.open.last() {
            let is_beside = open == column && self.nodes[node].step == Step::Item;
            if open > column || is_beside {
                self.open.pop();
            } else {
                return node;
            }
        }
        0
    }

    /// Reads what stands behind a key or a dash.
    fn value(&mut self, lines: &[&str], at: usize, column: usize, node: usize, value: &str) -> usize {
        // An anchor or a tag is none of it.
        let mut value = value.trim_start();
        while value.starts_with(['&', '!']) {
            value = value.split_once(' ').map_or("", |(_, rest)| rest.trim_start());
        }
        if value.starts_with(['|', '>']) {
            return self.block_text(lines, at, column, node);
        }
        if value.starts_with("{{") || value.starts_with('*') {
            self.nodes[node].is_hidden = true;
            return at + 1;
        }
        if value.starts_with(['{', '[']) {
            let rest = &lines[at][lines[at].len() - trimmed_end(lines[at], value)..];
            let mut flow = Flow { lines, line: at, rest };
            flow.node(self, node, 0);
            return flow.line + 1;
        }
        let value = scalar(value);
        if value.contains("{{") {
            self.nodes[node].is_hidden = true;
        } else if !value.is_empty() || lines[at].contains(['"', '\'']) {
            self.nodes[node].value = Some(short(&value));
        }
        at + 1
    }

    fn block_text(&mut self, lines: &[&str], at: usize, column: usize, node: usize) -> usize {
        let is_of_it = |line: &&&str| line.trim().is_empty() || line.len() - line.trim_start().len() > column;
        let count = lines[at + 1..].iter().take_while(is_of_it).count();
        let text: Vec<&str> = lines[at + 1..at + 1 + count].iter().map(|line| line.trim()).collect();
        let text = text.join("\n");
        if text.contains("{{") {
            self.nodes[node].is_hidden = true;
        } else {
            self.nodes[node].value = Some(short(&text));
        }
        at + 1 + count
    }
}

/// How many bytes from the start of a value to the end of its line.
fn trimmed_end(line: &str, value: &str) -> usize {
    value.len() + (line.len() - line.trim_end().len())
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// A key and what follows its colon.
fn key_of(content: &str) -> Option<(String, &str)> {
    if let Some(quote) = content.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        let (key, rest) = content[1..].split_once(quote)?;
        let value = rest.trim_start().strip_prefix(':')?;
        return (value.is_empty() || value.starts_with([' ', '\t'])).then(|| (key.to_owned(), value));
    }
    if content.starts_with(['{', '[', '#', '|', '>', '&', '*', '!']) {
        return None;
    }
    let is_end = |at: &usize| {
        let after = &content[at + 1..];
        after.is_empty() || after.starts_with([' ', '\t'])
    };
    let colon = content.match_indices(':').map(|(at, _)| at).find(is_end)?;
    let key = content[..colon].trim_end();
    (!key.is_empty() && !key.contains(" #")).then(|| (key.to_owned(), &content[colon + 1..]))
}

/// A value without quotes and without the comment behind it.
fn scalar(text: &str) -> String {
    let text = text.trim();
    if let Some(quote) = text.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        let inner = &text[1..];
        return inner.find(quote).map_or(inner, |end| &inner[..end]).to_owned();
    }
    let end = if text.starts_with('#') { 0 } else { text.find(" #").unwrap_or(text.len()) };
    text[..end].trim_end().to_owned()
}

/// What is left to read of a value in flow style, which may go on over lines.
struct Flow<'text> {
    lines: &'text [&'text str],
    line: usize,
    rest: &'text str,
}

impl Flow<'_> {
    /// The next character that says something; goes to the next line where there is none.
    fn peek(&mut self) -> Option<char> {
        loop {
            self.rest = self.rest.trim_start();
            match self.rest.chars().next() {
                Some(first) if first != '#' => return Some(first),
                _ if self.line + 1 < self.lines.len() => {
                    self.line += 1;
                    self.rest = self.lines[self.line];
                }
                _ => return None,
            }
        }
    }

    fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    /// Reads a value into a node.
    fn node(&mut self, builder: &mut Builder, node: usize, depth: usize) {
        if depth > DEEPEST || builder.nodes.len() > MOST_NODES {
            self.rest = "";
            return;
        }
        match self.peek() {
            Some('{') if self.rest.starts_with("{{") => {
                builder.nodes[node].is_hidden = true;
                let end = self.rest.find("}}").map_or(self.rest.len(), |end| end + 2);
                self.skip(end);
            }
            Some(open @ ('{' | '[')) => {
                self.skip(1);
                let close = if open == '{' { '}' } else { ']' };
                loop {
                    match self.peek() {
                        None => return,
                        Some(next) if next == close => return self.skip(1),
                        Some(',' | '}' | ']') => self.skip(1),
                        Some(_) if open == '[' => {
                            let item = builder.add(node, Step::Item, self.line);
                            self.node(builder, item, depth + 1);
                        }
                        Some(_) => {
                            let line = self.line;
                            let key = self.text(true);
                            let entry = builder.add(node, Step::Key(key), line);
                            if self.peek() == Some(':') {
                                self.skip(1);
                                self.node(builder, entry, depth + 1);
                            }
                        }
                    }
                }
            }
            Some(',' | '}' | ']') | None => {}
            Some(_) => builder.nodes[node].value = Some(short(&self.text(false))),
        }
    }

    /// A text up to what ends it.
    fn text(&mut self, is_key: bool) -> String {
        let first = self.rest.chars().next();
        if let Some(quote) = first.filter(|first| matches!(first, '"' | '\'')) {
            let inner = &self.rest[1..];
            let end = inner.find(quote).unwrap_or(inner.len());
            let text = inner[..end].to_owned();
            self.skip(end + 2);
            return text;
        }
        let is_colon = |at: usize| {
            let after = &self.rest[at + 1..];
            after.is_empty() || after.starts_with([' ', '\t'])
        };
        let ends = |(at, char): (usize, char)| match char {
            ',' | '}' | ']' | '{' | '[' => true,
            ':' => is_key && is_colon(at),
            _ => false,
        };
        let end = self.rest.char_indices().find(|&found| ends(found)).map_or(self.rest.len(), |(at, _)| at);
        // Whatever stands here, it is gone past.
        let end = end.max(first.map_or(0, char::len_utf8)).min(self.rest.len());
        let text = self.rest[..end].trim().to_owned();
        self.skip(end);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each node as its path, line and value.
    fn outlined(text: &str) -> Vec<String> {
        let outline = Outline::of(text);
        let node = |at: usize| {
            let path = outline.path(at).into_iter().map(|step| match step {
                Step::Key(key) => format!(".{key}"),
                Step::Item => "[]".to_owned(),
                Step::Document => String::new(),
            });
            let Node { line, value, is_hidden, .. } = &outline.nodes()[at];
            let value = value.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
            format!("{line} {}{value}{}", path.collect::<String>(), if *is_hidden { " ?" } else { "" })
        };
        (1..outline.nodes().len()).map(node).collect()
    }

    #[test]
    fn blocks_items_and_flow_style_have_the_same_paths() {
        let text =
            "spec:\n  ports:\n  - name: web # the page\n    port: 80\n  - {name: \"a, b\",\n     port: 81}\n";
        assert_eq!(
            outlined(text),
            [
                "0 .spec",
                "1 .spec.ports",
                "2 .spec.ports[]",
                "2 .spec.ports[].name = web",
                "3 .spec.ports[].port = 80",
                "4 .spec.ports[]",
                "4 .spec.ports[].name = a, b",
                "5 .spec.ports[].port = 81",
            ]
        );
    }

    #[test]
    fn a_template_hides_what_it_puts_there_and_a_condition_hides_nothing() {
        let text =
            "a:\n  {{- if .Values.b }}\n  b: {{ .Values.b }}\n  {{- end }}\nc:\n  {{- toYaml .Values.c }}\n";
        assert_eq!(outlined(text), ["0 .a", "2 .a.b ?", "4 .c ?"]);
    }

    #[test]
    fn half_typed_text_and_texts_of_many_lines_spoil_nothing_else() {
        let text = "a: |\n  b: no key\nc\nd: [1, {e: 2\nf: 3\n";
        assert_eq!(outlined(text)[..4], ["0 .a = b: no key", "3 .d", "3 .d[] = 1", "3 .d[]"]);
        assert_eq!(outlined("a: 1\nima\nb: 2\n"), ["0 .a = 1", "2 .b = 2"]);
    }

    #[test]
    fn depth_is_bounded() {
        assert!(Outline::of(&"- ".repeat(100_000)).nodes().len() <= DEEPEST + 1);
        assert!(Outline::of(&"[".repeat(100_000)).nodes().len() <= DEEPEST + 3);
    }
}
