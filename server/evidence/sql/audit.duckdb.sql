-- The evidence record of a Kubernetes audit log (audit.k8s.io/v1, one event a line), as DuckDB makes it.
--
--     SET VARIABLE log = 'audit.log';
--     .read audit.duckdb.sql
--
-- The result is one row with one column, which holds the record as JSON. It is the same that `leastwise evidence` makes of
-- the file, which a test checks where DuckDB is installed.

CREATE OR REPLACE TEMP TABLE events AS
SELECT
    auditID AS id,
    level,
    stage,
    verb,
    requestURI AS uri,
    "user".username AS username,
    (CASE WHEN impersonatedUser.username <> '' THEN impersonatedUser.extra ELSE "user".extra END)
        ['authentication.kubernetes.io/pod-name'][1] AS pod,
    CASE WHEN impersonatedUser.username <> '' THEN impersonatedUser END AS other,
    CASE WHEN objectRef.resource <> '' THEN objectRef END AS object,
    responseStatus.code AS code,
    annotations['authorization.k8s.io/decision'] AS said,
    coalesce(annotations['authorization.k8s.io/reason'], '') AS reason,
    coalesce(requestReceivedTimestamp, stageTimestamp) AS time,
    requestReceivedTimestamp > stageTimestamp AS is_skewed
FROM read_json(
    getvariable('log'),
    format = 'newline_delimited',
    maximum_object_size = 33554432,
    columns = {
        auditID: 'VARCHAR',
        level: 'VARCHAR',
        stage: 'VARCHAR',
        verb: 'VARCHAR',
        requestURI: 'VARCHAR',
        "user": 'STRUCT(username VARCHAR, extra MAP(VARCHAR, VARCHAR[]))',
        impersonatedUser: 'STRUCT(username VARCHAR, uid VARCHAR, groups VARCHAR[], extra MAP(VARCHAR, VARCHAR[]))',
        objectRef: 'STRUCT(resource VARCHAR, subresource VARCHAR, namespace VARCHAR, name VARCHAR, apiGroup VARCHAR)',
        responseStatus: 'STRUCT(code INTEGER)',
        annotations: 'MAP(VARCHAR, VARCHAR)',
        requestReceivedTimestamp: 'TIMESTAMP',
        stageTimestamp: 'TIMESTAMP'
    }
);

-- What the authorizer said. Its own word counts more than the code of the answer.
CREATE OR REPLACE TEMP TABLE judged AS
SELECT
    *,
    coalesce(other.username, username) AS subject,
    regexp_extract(coalesce(other.username, username), '^system:serviceaccount:([^:]*):', 1) AS account_namespace,
    CASE
        WHEN coalesce(username, '') = '' THEN 'not-authenticated'
        WHEN said = 'allow' THEN 'allowed'
        WHEN said = 'forbid' THEN 'denied'
        WHEN code = 401 THEN 'not-authenticated'
        WHEN code = 403 THEN 'denied'
        WHEN code = 429 OR code >= 500 THEN 'not-authorized'
        WHEN code IS NULL THEN 'no-answer'
        ELSE 'allowed'
    END AS decision,
    verb = 'create' AND coalesce(object.subresource, '') = '' AS is_plain_create
FROM events
WHERE stage <> 'RequestReceived';

-- The requests that the events show, and those that the API server must have asked the authorizer about besides.
CREATE OR REPLACE TEMP TABLE shown AS
WITH decided AS (SELECT * FROM judged WHERE decision IN ('allowed', 'denied')),
objects AS (
    SELECT
        *,
        object.resource || CASE WHEN object.subresource <> '' THEN '/' || object.subresource ELSE '' END AS resource,
        -- A namespace is asked for within itself, but in one that is not there nobody can be allowed anything.
        CASE
            WHEN object.resource = 'namespaces'
                AND (is_plain_create OR code = 404 OR code = 201 AND verb IN ('patch', 'update')) THEN NULL
            ELSE nullif(object.namespace, '')
        END AS namespace,
        coalesce(object.apiGroup, '') AS api_group,
        nullif(object.name, '') AS name
    FROM decided
    WHERE object IS NOT NULL
)
SELECT
    id, time, reason, pod, account_namespace, subject, verb, decision, 'logged' AS basis,
    namespace,
    api_group,
    resource,
    CASE
        WHEN is_plain_create OR verb = 'deletecollection' AND coalesce(object.subresource, '') = '' THEN NULL
        ELSE name
    END AS name,
    NULL AS url,
    CASE WHEN is_plain_create AND code < 300 THEN name END AS created
FROM objects
UNION ALL
SELECT
    id, time, reason, pod, account_namespace, subject, verb, decision, 'logged',
    NULL, NULL, NULL, NULL, url_decode(regexp_extract(uri, '^[^?#]*')), NULL
FROM decided
WHERE object IS NULL
UNION ALL
SELECT
    id, time, '', NULL, '', subject, 'create', decision, 'created-by-update', namespace, api_group, resource, name, NULL, NULL
FROM objects
WHERE decision = 'allowed' AND code = 201 AND verb IN ('patch', 'update')
UNION ALL
SELECT
    id, time, '', NULL, '', subject, 'create', decision, 'websocket-upgrade', namespace, api_group, resource, name, NULL, NULL
FROM objects
WHERE decision = 'allowed' AND verb = 'get' AND resource IN ('pods/exec', 'pods/attach', 'pods/portforward')
    AND code IS DISTINCT FROM 403
UNION ALL
SELECT
    id, time, '', NULL, '', username, 'impersonate', 'allowed', 'impersonation',
    asked.namespace, asked.api_group, asked.resource, asked.name, NULL, NULL
FROM (
    SELECT *, unnest(list_concat(
        [CASE WHEN account_namespace <> ''
            THEN {namespace: account_namespace, api_group: '', resource: 'serviceaccounts',
                  name: regexp_extract(other.username, '^system:serviceaccount:[^:]*:(.*)$', 1)}
            ELSE {namespace: NULL, api_group: '', resource: 'users', name: other.username}
        END],
        -- The API server adds some groups by itself, which nobody had to be allowed.
        list_transform(
            list_filter(coalesce(other.groups, []), lambda g:
                g NOT IN ('system:authenticated', 'system:unauthenticated')
                AND NOT (account_namespace <> ''
                    AND g IN ('system:serviceaccounts', 'system:serviceaccounts:' || account_namespace))),
            lambda g: {namespace: NULL, api_group: '', resource: 'groups', name: g}),
        CASE WHEN other.uid <> ''
            THEN [{namespace: NULL, api_group: 'authentication.k8s.io', resource: 'uids', name: other.uid}]
            ELSE []
        END,
        flatten(list_transform(coalesce(map_entries(other.extra), []), lambda e:
            list_transform(e.value, lambda v:
                {namespace: NULL, api_group: 'authentication.k8s.io', resource: 'userextras/' || e.key, name: v})))
    )) AS asked
    FROM decided
    WHERE other IS NOT NULL
);

CREATE OR REPLACE TEMP MACRO moment(time) AS
    regexp_replace(strftime(time, '%Y-%m-%dT%H:%M:%S.%f'), '\.?0*$', '') || 'Z';

CREATE OR REPLACE TEMP MACRO sample(list) AS {
    kept: list_sort(list)[:64],
    more: len(list) > 64
};

WITH requests AS (
    SELECT
        subject, namespace, api_group, resource, name, url, verb, decision, basis,
        count(DISTINCT id) AS count, min(time) AS first, max(time) AS last,
        list(DISTINCT reason) FILTER (WHERE reason LIKE 'RBAC: allowed by %') AS reasons,
        list(DISTINCT account_namespace || '/' || pod) FILTER (WHERE pod <> '' AND account_namespace <> '') AS pods,
        list(DISTINCT created) FILTER (WHERE created <> '') AS created
    FROM shown
    GROUP BY ALL
),
grants AS (
    SELECT *, list_transform(
        list_transform(coalesce(reasons, []), lambda r: regexp_extract(
            r,
            '^RBAC: allowed by (\w+) "(.*)" of (\w+) "(.*)" to (\w+) "(.*)"$',
            ['binding_kind', 'binding', 'role_kind', 'role', 'subject_kind', 'subject'])),
        lambda g: json_merge_patch(
            json_object(
                'binding_kind', g.binding_kind, 'role_kind', g.role_kind, 'role', g.role,
                'subject_kind', g.subject_kind, 'subject', g.subject),
            CASE WHEN g.binding_kind = 'RoleBinding'
                THEN json_object(
                    'binding', regexp_replace(g.binding, '/[^/]*$', ''),
                    'binding_namespace', regexp_extract(g.binding, '/([^/]*)$', 1))
                ELSE json_object('binding', g.binding)
            END)) AS granted_by
    FROM requests
),
request_forms AS (
    SELECT json_merge_patch(
        json_object(
            'subject', subject, 'verb', verb, 'decision', decision, 'basis', basis,
            'seen', [json_object('source', 0, 'count', count, 'first', moment(first), 'last', moment(last))],
            'granted_by', granted_by, 'pods', sample(coalesce(pods, [])), 'created', sample(coalesce(created, []))),
        CASE WHEN url IS NULL
            THEN json_object('namespace', namespace, 'apiGroup', api_group, 'resource', resource, 'name', name)
            ELSE json_object('url', url)
        END) AS form
    FROM grants
),
undecided AS (
    SELECT decision AS why, count(DISTINCT id) AS count
    FROM judged
    WHERE decision NOT IN ('allowed', 'denied')
    GROUP BY decision
    UNION ALL
    SELECT 'no-answer', count(DISTINCT id)
    FROM events
    WHERE stage = 'RequestReceived' AND id NOT IN (SELECT id FROM judged)
),
undecided_counts AS (SELECT why, sum(count)::BIGINT AS count FROM undecided GROUP BY why HAVING sum(count) > 0),
decided AS (
    SELECT count(*) AS all_requests, count(*) FILTER (WHERE verb IN ('get', 'list')) AS reads
    FROM judged
    WHERE decision IN ('allowed', 'denied')
),
total AS (
    SELECT json_object('count', count(*), 'first', moment(min(time)), 'last', moment(max(time))) AS tally FROM events
),
source AS (
    SELECT json_object(
        'id', substr(sha256(content), 1, 32),
        'names', [getvariable('log')],
        'formats', ['audit'],
        'bytes', size,
        'complete', true,
        'windows', [(SELECT tally FROM total)],
        'channels', [json_merge_patch((SELECT tally FROM total), json_object('channel', 'audit'))],
        'undecided', coalesce((SELECT json_group_object(why, count) FROM undecided_counts), json_object()),
        'cautions', list_concat(
            ['unknown-coverage'],
            CASE WHEN (SELECT bool_or(is_skewed) FROM events) THEN ['clock-skew'] ELSE [] END,
            CASE WHEN (SELECT all_requests >= 100 AND reads = 0 FROM decided) THEN ['no-reads'] ELSE [] END),
        'audited', (
            SELECT json_group_array(json_object('level', level, 'stage', stage, 'count', count))
            FROM (SELECT level, stage, count(*) AS count FROM events GROUP BY level, stage))
    ) AS form
    FROM read_blob(getvariable('log'))
)
SELECT json_object(
    'leastwise_evidence', 1,
    'sources', [(SELECT form FROM source)],
    'requests', (SELECT coalesce(json_group_array(form), json_array()) FROM request_forms)
) AS record;
