"""What is learned of lines whose value a template gives."""

from __future__ import annotations

import unittest

from leastwise_training.examples import hidden_values

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


class HiddenValues(unittest.TestCase):
    def test_a_value_behind_its_key_or_all_that_stands_below_it(self) -> None:
        """The first line of an item is none: what the item lacks is told there. Neither is a block that says more."""
        lines = CHART.splitlines()
        marked = {number for number, line in enumerate(lines) if line.endswith("# hidden")}
        bare = [line.removesuffix("# hidden").rstrip() for line in lines]
        self.assertEqual(hidden_values(bare), marked)


if __name__ == "__main__":
    unittest.main()
