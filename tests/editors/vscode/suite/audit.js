// What the Kubernetes API server writes into its audit log.

/** A line of it: the service account `cart` has read a ConfigMap, on that day. */
export const auditEvent = (day = '2026-03-01') =>
  `${JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: '1',
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/shop/configmaps/cart',
    verb: 'get',
    user: {
      username: 'system:serviceaccount:shop:cart',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
    },
    objectRef: { resource: 'configmaps', namespace: 'shop', name: 'cart', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: `${day}T08:00:00.000000Z`,
    stageTimestamp: `${day}T08:00:00.010000Z`,
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  })}\n`;
