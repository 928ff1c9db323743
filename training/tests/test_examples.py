"""What is learned of lines whose value a template gives, and of documents that rules could judge in part."""

from __future__ import annotations

import unittest

from leastwise_training.documents import MEANINGS, Document
from leastwise_training.examples import Known, hidden_values

CHART = """\
metadata:
  name: {{ .Release.Name }}            # hidden
spec:
  containers:
  - name: {{ .Chart.Name }}
    image: {{ .Values.image }}         # hidden
    securityContext:                   # hidden
      {{- toYaml .Values.security | nindent 6 }}
    resources:
      {{- toYaml .Values.resources | nindent 6 }}
      limits:
        memory: {{ .Values.memory }}   # hidden
    env:
    {{- range .Values.env }}
    - name: {{ .name }}
    {{- end }}
    {{- with .Values.probe }}
    livenessProbe:                     # hidden
{{ toYaml . | indent 6 }}
    {{- end }}
    volumeMounts:                      # hidden
    {{- include "base.mounts" . | nindent 4 }}
  -
    name: {{ .Values.second }}
"""


class Learned(unittest.TestCase):
    def test_a_value_behind_its_key_or_all_that_stands_below_it(self) -> None:
        """The first line of an item is none: what the item lacks is told there. Neither is a block that says more."""
        lines = CHART.splitlines()
        marked = {number for number, line in enumerate(lines) if line.endswith("# hidden")}
        bare = [line.removesuffix("# hidden").rstrip() for line in lines]
        self.assertEqual(hidden_values(bare), marked)

    def test_silence_is_learned_of_hidden_values_and_nothing_of_what_depends_on_them(self) -> None:
        lines = ["- name: {{ .Chart.Name }}", "  resources:", "    {{- toYaml .Values.resources | nindent 4 }}", "  tty: true"]
        document = Document(id="a", family="b", split="train", text="\n".join(lines), labels=[(3, "a-rule")], unsure=[0, 1])
        targets = Known([*MEANINGS, "a-rule"]).targets(document)
        self.assertEqual([set(targets[line].tolist()) for line in range(4)], [{-1}, {0}, {0}, {0, 1}])

    def test_a_rule_that_spoke_where_not_all_could_be_judged_is_silent_elsewhere(self) -> None:
        known = Known([*MEANINGS, "spoke", "silent"])
        document = Document("a", "repository", "train", "spec:\n  pod:\n    x: {{ y }}", [(1, "spoke")], unsure=[2], judged=False)
        rules = lambda targets: [targets[line][len(MEANINGS) :].tolist() for line in range(3)]  # noqa: E731
        self.assertEqual(rules(known.targets(document)), [[-1, -1], [1, -1], [-1, -1]])
        self.assertEqual(rules(known.learned(document)), [[0, -1], [1, -1], [-1, -1]])


if __name__ == "__main__":
    unittest.main()
