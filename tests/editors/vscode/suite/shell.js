// The manifest by which tests see which profile counts.

/** A pod of which baseline asks for one thing and restricted for another. */
export const POD = `\
apiVersion: v1
kind: Pod
metadata: {name: shell, namespace: shop}
spec:
  hostPID: true
  automountServiceAccountToken: false
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: shell
      image: registry.example.com/shell:1.0.0
      resources: {limits: {memory: 64Mi}}
      securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true}
`;
/** What is found in it, by profile. */
export const BASELINE = ['5:12 host-pid true'];
export const RESTRICTED = [...BASELINE, '12:7 capabilities-not-all-dropped securityContext'];
