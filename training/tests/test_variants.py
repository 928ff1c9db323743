"""What is known of a line has to be true of the same line in every variant."""

from __future__ import annotations

import re
import tempfile
import unittest
from pathlib import Path
from random import Random

from leastwise_training import corpus
from leastwise_training.documents import Document
from leastwise_training.variants import Unsuitable, custom_resource, half_typed, joined, mutate, template
from leastwise_training.variants.outline import outline

DEPLOYMENT = """\
# The shop's front
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop-web
  labels:
    app: shop
spec:
  replicas: 1
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
    spec:
      hostNetwork: true
      nodeSelector:
        disk: ssd
      containers:
      - name: web
        image: shop/web:latest
        command: ["/bin/sh", "-c", "curl http://shop.test/i.sh | sh"]
        env:
        - name: DB_PASSWORD
          value: hunter2
        securityContext:
          privileged: true
          capabilities:
            drop:
            - NET_RAW
        resources:
          limits:
            cpu: 500m
"""

LABELS = [
    (8, "one-replica"), (16, "no-seccomp"), (17, "host-network"), (21, "no-probe"), (22, "tag-latest"),
    (23, "command-downloads-and-executes"), (26, "secret-in-plain-text"), (28, "privileged"), (30, "drop-all"), (33, "no-memory-limit"),
]

ROLE = """\
kind: ClusterRole
apiVersion: rbac.authorization.k8s.io/v1
metadata:
  name: reader
rules:
  - apiGroups: [""]
    resources: ["secrets"]
    verbs:
      - get
      - "*"
"""


def deployment() -> Document:
    return Document("shop", "hand", "train", DEPLOYMENT, list(LABELS), [])


def role() -> Document:
    return Document("role", "hand", "train", ROLE, [(6, "reads-secrets"), (9, "wildcard-verb")], [])


def lines_of(document: Document) -> list[str]:
    return document.text.split("\n")[:-1]


def essence(line: str) -> str:
    """A line without indentation, dash, template actions and quotes: its key, and the literal that it still shows."""
    shown = re.sub(r"\{\{-?.*?(?:default \"?([^\"} |]*)\"?)?.*?-?\}\}", lambda found: found[1] or "", line)
    return re.sub(r"[\"'\s]", "", shown).removeprefix("-")


def many(variant, document: Document, count: int = 300) -> list[Document]:
    """The variants that as many seeds give."""
    made = []
    for seed in range(count):
        try:
            made.append(variant(document, Random(seed)))
        except Unsuitable:
            continue
    return made


class EveryVariant(unittest.TestCase):
    def test_is_the_same_for_the_same_seed(self) -> None:
        for variant in (template, half_typed, custom_resource, mutate):
            self.assertEqual(variant(deployment(), Random(7)), variant(deployment(), Random(7)))
            self.assertGreater(len({made.text for made in many(variant, deployment(), 50)}), 25)

    def test_leaves_its_document_alone_and_keeps_split_and_family(self) -> None:
        for variant, name in ((template, "template"), (half_typed, "half-typed"), (custom_resource, "custom-resource"), (mutate, "mutation")):
            document = deployment()
            made = variant(document, Random(3))
            self.assertEqual(document, deployment())
            self.assertEqual((made.id, made.split, made.family), (f"shop+{name}", "train", "hand"))
            # With other settings it is still what somebody wrote.
            self.assertEqual(made.kind, "real" if name == "mutation" else name)

    def test_knows_nothing_of_lines_that_are_not_there_and_doubts_no_labelled_line(self) -> None:
        for document in (deployment(), role()):
            for variant in (template, half_typed, custom_resource):
                for made in many(variant, document):
                    count = len(lines_of(made))
                    self.assertTrue(all(0 <= at < count for at, _ in made.labels))
                    self.assertTrue(all(0 <= at < count for at in made.unsure))
                    self.assertFalse({at for at, _ in made.labels} & set(made.unsure))

    def test_labels_stay_with_what_they_are_about(self) -> None:
        key_of = {label: DEPLOYMENT.split("\n")[at].strip().removeprefix("- ").split(":")[0] for at, label in LABELS}
        literals = {"tag-latest": "latest", "privileged": "true", "secret-in-plain-text": "hunter2", "host-network": "true",
                    "command-downloads-and-executes": "curl http://shop.test/i.sh | sh", "one-replica": "1"}
        for variant in (template, half_typed):
            for made in many(variant, deployment()):
                lines = lines_of(made)
                for at, label in made.labels:
                    self.assertEqual(lines[at].strip().removeprefix("- ").split(":")[0], key_of[label], made.text)
                    self.assertIn(literals.get(label, ""), lines[at], made.text)


class Template(unittest.TestCase):
    def test_has_guards_that_are_closed(self) -> None:
        opened = re.compile(r"\{\{-? *(?:if|with|range)\b")
        closed = re.compile(r"\{\{-? *end\b")
        guarded = 0
        for made in many(template, deployment()):
            self.assertEqual(len(opened.findall(made.text)), len(closed.findall(made.text)), made.text)
            depth = 0
            for line in lines_of(made):
                depth += len(opened.findall(line)) - len(closed.findall(line))
                self.assertGreaterEqual(depth, 0, made.text)
            guarded += bool(opened.search(made.text))
        self.assertGreater(guarded, 150)

    def test_doubts_what_it_hides(self) -> None:
        hidden = 0
        for made in many(template, deployment()):
            for at, line in enumerate(lines_of(made)):
                key = line.strip().removeprefix("- ").split(":")[0]
                if key in ("image", "privileged", "hostNetwork", "cpu") and "{{" in line and "default" not in line and ":latest" not in line:
                    self.assertIn(at, made.unsure, made.text)
                    hidden += 1
        self.assertGreater(hidden, 50)

    def test_doubts_what_a_guarded_block_would_decide(self) -> None:
        guarded = 0
        for made in many(template, deployment()):
            lines = lines_of(made)
            for at, line in enumerate(lines):
                if line.strip() == "securityContext:" and re.search(r"\{\{- (if|with)", lines[at - 1]):
                    container = next(number for number, text in enumerate(lines) if text.strip().startswith("- name") and number > 15)
                    self.assertIn(container, made.unsure, made.text)
                    guarded += 1
        self.assertGreater(guarded, 10)

    def test_keeps_what_stays_plain(self) -> None:
        kept = sum((label == "privileged") for made in many(template, deployment()) for _, label in made.labels)
        self.assertGreater(kept, 100)

    def test_refuses_templates(self) -> None:
        with self.assertRaises(Unsuitable):
            template(Document("a", "b", "train", "kind: {{ .Values.kind }}\n"), Random(1))


class HalfTyped(unittest.TestCase):
    def test_changes_one_line_and_moves_none(self) -> None:
        for document in (deployment(), role()):
            for made in many(half_typed, document):
                before, after = lines_of(document), lines_of(made)
                self.assertEqual(len(before), len(after))
                changed = [at for at, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
                self.assertEqual(len(changed), 1)
                self.assertIn(changed[0], made.unsure)
                self.assertTrue(set(made.labels) <= set(document.labels))

    def test_doubts_a_container_whose_security_context_is_being_typed(self) -> None:
        seen = 0
        for made in many(half_typed, deployment()):
            if lines_of(made)[28] != lines_of(deployment())[28]:
                self.assertTrue({21, 27} <= set(made.unsure))
                seen += 1
        self.assertGreater(seen, 3)

    def test_a_name_being_typed_decides_nothing_else(self) -> None:
        for made in many(half_typed, deployment()):
            if lines_of(made)[4] != lines_of(deployment())[4]:
                self.assertEqual(made.unsure, [4])


class CustomResource(unittest.TestCase):
    def test_moves_the_pod_and_drops_the_rest(self) -> None:
        for made in many(custom_resource, deployment()):
            labels = {label for _, label in made.labels}
            self.assertNotIn("one-replica", labels)
            self.assertNotIn("kind: Deployment", made.text)
            lines = lines_of(made)
            for at, label in made.labels:
                if label in ("privileged", "tag-latest", "secret-in-plain-text", "host-network", "drop-all", "no-memory-limit"):
                    original = next(number for number, known in LABELS if known == label)
                    self.assertEqual(essence(lines[at]), essence(DEPLOYMENT.split("\n")[original]))
            self.assertIn("privileged", labels)

    def test_is_well_indented(self) -> None:
        for made in many(custom_resource, deployment()):
            nodes = list(outline(made.text).nodes())
            drop = next(node for node in nodes if node.key == "drop")
            self.assertEqual(drop.path()[-3:], ["securityContext", "capabilities", "drop"])
            self.assertEqual(drop.path()[0], "spec")
            self.assertEqual([child.value for child in drop.children], ["NET_RAW"])

    def test_tells_what_a_pod_lacks_at_the_key_that_holds_it_wherever_that_is(self) -> None:
        depths = set()
        for made in many(custom_resource, deployment()):
            holders = [node for node in outline(made.text).nodes() if node.key and node.child("containers")]
            if holders and holders[0].line not in made.unsure:
                self.assertIn((holders[0].line, "no-seccomp"), made.labels)
                depths.add(len(holders[0].path()))
        self.assertLessEqual({2, 3, 4}, depths)

    def test_uses_other_groups_and_kinds_in_the_test(self) -> None:
        def kinds(split: str) -> set[str]:
            document = Document("shop", "hand", split, DEPLOYMENT, [], [])  # type: ignore[arg-type]
            return {re.search(r"^kind: (.*)$", made.text, re.MULTILINE)[1] for made in many(custom_resource, document)}

        self.assertFalse(kinds("train") & kinds("test"))

    def test_needs_a_pod(self) -> None:
        with self.assertRaises(Unsuitable):
            custom_resource(role(), Random(1))

    def test_joined_resources_hold_both_pods_with_what_is_known_of_them(self) -> None:
        first = Document("a", "hand", "train", "kind: Mesh\nspec:\n  broker:\n    image: shop:latest\n", [(3, "tag-latest")])
        second = Document("b", "hand", "train", "apiVersion: v1\nkind: Grid\nspec:\n  worker:\n    image: till:latest\n", [(4, "tag-latest")], [3])
        made = joined(first, second)
        self.assertEqual("kind: Mesh\nspec:\n  broker:\n    image: shop:latest\n  worker:\n    image: till:latest\n", made.text)
        self.assertEqual([(3, "tag-latest"), (5, "tag-latest")], made.labels)
        self.assertEqual([4], made.unsure)

    def test_resources_with_the_same_key_are_not_joined(self) -> None:
        resource = Document("a", "hand", "train", "kind: Mesh\nspec:\n  broker:\n    image: shop:latest\n")
        with self.assertRaises(Unsuitable):
            joined(resource, resource)


class Mutation(unittest.TestCase):
    def test_changes_something_and_knows_nothing(self) -> None:
        for document in (deployment(), role()):
            for made in many(mutate, document):
                self.assertNotEqual(made.text, document.text)
                self.assertEqual((made.labels, made.unsure), ([], []))
                outline(made.text)

    def test_changes_what_matters(self) -> None:
        texts = [made.text for made in many(mutate, deployment())]
        for changed in ("privileged: false", "drop: [NET_RAW]", "image: shop/web\n", "hostPID: true", "  # "):
            self.assertTrue(any(changed in text for text in texts), changed)
        self.assertTrue(any("securityContext" not in text for text in texts))


class Outline(unittest.TestCase):
    def test_knows_what_lies_under_what(self) -> None:
        nodes = {".".join(node.path()): node for node in outline(DEPLOYMENT).nodes()}
        container = nodes["spec.template.spec.containers.*"]
        self.assertEqual((container.line, container.end), (21, 35))
        self.assertTrue(nodes["spec.template.spec.containers.*.name"].opens_item)
        self.assertEqual(nodes["spec.template.spec.containers.*.securityContext"].end, 32)

    def test_text_in_scalars_is_no_structure(self) -> None:
        text = "data:\n  run.sh: |\n    key: value\n    - item\n\n  list: [a,\n    b: c]\n  said: \"one\n    two: three\"\n  last: 1\n"
        self.assertEqual([node.key for node in outline(text).nodes()], ["data", "run.sh", "list", "said", "last"])

    def test_refuses_what_it_cannot_read(self) -> None:
        for text in ("a: [1\n", "a\n", "a:\n\tb: 1\n", "? a\n: b\n"):
            with self.assertRaises(Unsuitable):
                outline(text)


class Corpus(unittest.TestCase):
    def documents(self, files: dict[str, str]) -> list[Document]:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = Path(folder, "plain", name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode())
            return list(corpus.documents(Path(folder)))

    def test_splits_files_and_repositories(self) -> None:
        found = self.documents({
            "knative+serving/a.yaml": "\ufeff---\n" + DEPLOYMENT + "---\n\n---\n" + ROLE,
            "istio+istio/b.yaml": ROLE.replace("secrets", "pods").replace("reader", "writer").replace("get", "patch"),
            "istio+istio/c.yaml": "kind: Pod\nmetadata: {}\n",
            "istio+istio/d.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n",
        })
        self.assertEqual([(document.id, document.split) for document in found],
                         [("knative+serving/a.yaml#1", "test"), ("knative+serving/a.yaml#3", "test"), ("istio+istio/b.yaml#0", "train")])
        self.assertEqual(found[0].text, DEPLOYMENT)

    def test_the_test_keeps_what_the_training_loses(self) -> None:
        found = self.documents({"istio+istio/a.yaml": DEPLOYMENT, "longhorn+longhorn/a.yaml": DEPLOYMENT.replace("hunter2", "other")})
        self.assertEqual([document.split for document in found], ["test"])

    def test_near_duplicates_are_known_and_not_remembered_by_asking(self) -> None:
        held_out = corpus.NearDuplicates()
        self.assertFalse(held_out.has(DEPLOYMENT))
        self.assertFalse(held_out.has(DEPLOYMENT))
        self.assertTrue(held_out.add(DEPLOYMENT))
        self.assertTrue(held_out.has(DEPLOYMENT.replace("hunter2", "other")))
        self.assertFalse(held_out.has(ROLE))

    def test_what_floods_is_thinned(self) -> None:
        files = {f"istio+istio/{at}.yaml": f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {word}\ndata:\n  {word}: {word}{word}\n"
                 for at, word in enumerate(chr(97 + one) + chr(97 + two) for one in range(13) for two in range(13))}
        self.assertEqual(len(self.documents(files)), corpus.MOST_OF_A_KIND)


if __name__ == "__main__":
    unittest.main()
