import type { AnyEventData, EventMember, Opening } from '@countersign/contract';
import type { ExportedEvent, Severity } from './exported-event.js';
import { severityOf } from './exported-event.js';
import {
  OCSF_CLASSES,
  OCSF_RELEASE,
  type OcsfMapping,
  OTHER_ACTIVITY,
  ocsfMappingOf,
} from './ocsf-classes.js';

type Members = Record<string, unknown>;

const SEVERITY: Readonly<Record<Severity, [id: number, name: string]>> = {
  info: [1, 'Informational'],
  notice: [2, 'Low'],
  warning: [3, 'Medium'],
};
/** Of a fingerprint: an RFC 6962 leaf hash is SHA-256 over a byte more than the text, so it is no plain SHA-256. */
const OTHER_ALGORITHM = 99;
/** Of a user: a person. */
const REGULAR_USER = 1;
const ADMIN_USER = 2;

/**
 * One leaf as an event of OCSF 1.8.0: API Activity (6003), User Access Management (3005) or Authorize Session (3003), without
 * profiles. The leaf itself is in `raw_data`, its index in `metadata.sequence`, its log in `metadata.log_name`. What has no
 * place in the schema is in `unmapped`.
 */
export function formatOcsf(event: ExportedEvent): string {
  const { leaf } = event;
  const mapping = ocsfMappingOf(leaf.type, leaf.data.method);
  return JSON.stringify({ ...commonMembers(event, mapping), ...classMembers(event, mapping) });
}

function commonMembers(event: ExportedEvent, mapping: OcsfMapping): Members {
  const { leaf, log, index, hash, text, personal } = event;
  const { uid, name, categoryUid, category, activities } = OCSF_CLASSES[mapping.class];
  const activityName = (activities as Record<number, string>)[mapping.activity] ?? leaf.type;
  const [severityId, severity] = SEVERITY[severityOf(leaf)];
  return {
    activity_id: mapping.activity,
    activity_name: activityName,
    category_uid: categoryUid,
    category_name: category,
    class_uid: uid,
    class_name: name,
    type_uid: uid * 100 + mapping.activity,
    type_name: `${name}: ${mapping.activity === OTHER_ACTIVITY ? 'Other' : activityName}`,
    time: Date.parse(leaf.at),
    severity_id: severityId,
    severity,
    ...statusMembers(leaf.type, leaf.data),
    message: `${leaf.type} by ${leaf.actor}`,
    actor: actorOf(event),
    metadata: {
      version: OCSF_RELEASE,
      product: { name: 'Countersign', vendor_name: 'Countersign' },
      uid: `${log}#${index}`,
      event_code: leaf.type,
      log_name: log,
      sequence: index,
      original_time: leaf.at,
      tenant_uid: leaf.tenant,
      ...textMember('correlation_uid', leaf.data.request ?? leaf.data.grant),
    },
    raw_data: text,
    raw_data_hash: { algorithm_id: OTHER_ALGORITHM, algorithm: 'RFC 6962 SHA-256', value: hash.slice(7) },
    unmapped: { index, hash, personal: shownValues(personal) },
  };
}

function classMembers(event: ExportedEvent, mapping: OcsfMapping): Members {
  const { data, type, actor } = event.leaf;
  switch (mapping.class) {
    case 'userAccess':
      return {
        user: userOf(data.requester ?? data.person ?? actor),
        privileges: privilegesOf(type, data),
        ...resourcesMember(event),
      };
    case 'authorizeSession':
      return {
        user: userOf(data.requester ?? actor),
        privileges: [String(data.grant)],
        session: {
          ...textMember('uid', data.jti),
          ...(typeof data.expiresAt === 'string' ? { expiration_time: Date.parse(data.expiresAt) } : {}),
          issuer: 'countersign',
        },
      };
    case 'apiActivity':
      return apiMembers(event);
  }
}

function apiMembers(event: ExportedEvent): Members {
  const { leaf, personal } = event;
  const { data, type } = leaf;
  const isCall = type.startsWith('access.');
  const gateway = typeof data.gateway === 'string' ? { uid: data.gateway } : {};
  const service = isCall && typeof data.service === 'string' ? data.service : undefined;
  const operation = isCall && typeof data.resource === 'string' ? `${data.action} ${data.resource}` : type;
  return {
    api: {
      operation,
      service: { name: service ?? 'countersign' },
      ...(typeof data.record === 'string' ? { request: { uid: data.record } } : {}),
      ...(typeof data.code === 'string' ? { response: { error: data.code } } : {}),
    },
    src_endpoint: { svc_name: isCall ? 'countersign-gateway' : 'countersign', ...gateway },
    ...(service === undefined ? {} : { dst_endpoint: { svc_name: service } }),
    ...(isCall ? httpMembers(data, personal['path']) : {}),
    ...(typeof data.durationMs === 'number' ? { duration: data.durationMs } : {}),
    ...(typeof data.count === 'number' ? { count: data.count } : {}),
    ...resourcesMember(event),
  };
}

const METHODS = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE']);

function httpMembers(data: AnyEventData, path: ExportedEvent['personal'][string] | undefined): Members {
  const { method, record, status, bytes } = data;
  const [place, query] = isOpened(path) ? path.value.split(/\?(.*)/s) : [];
  const request = {
    ...(METHODS.has(String(method)) ? { http_method: method } : {}),
    ...(place === undefined ? {} : { url: { path: place, ...textMember('query_string', query) } }),
  };
  return {
    ...(Object.keys(request).length === 0
      ? {}
      : { http_request: { ...request, ...textMember('uid', record) } }),
    ...(typeof status === 'number'
      ? { http_response: { code: status, ...(typeof bytes === 'number' ? { body_length: bytes } : {}) } }
      : {}),
  };
}

const OUTCOMES: Readonly<Record<string, number>> = { completed: 1, cut: 2, failed: 2, unknown: 0 };
const STATUS_NAMES: Readonly<Record<number, string>> = { 0: 'Unknown', 1: 'Success', 2: 'Failure' };

function statusMembers(type: string, { outcome, code, reason }: AnyEventData): Members {
  const isEnded = type === 'access.outcome' || (type === 'access.allowed' && outcome !== undefined);
  const id = type === 'access.refused' ? 2 : isEnded ? (OUTCOMES[String(outcome)] ?? 0) : 1;
  return {
    status_id: id,
    status: STATUS_NAMES[id],
    ...textMember('status_code', code ?? outcome),
    ...textMember('status_detail', reason),
  };
}

/** Who did it. At a gateway that is the person who called; the gateway is the application that they called with. */
function actorOf({ leaf: { actor, data, type } }: ExportedEvent): Members {
  if (actor.startsWith('gtw_')) {
    const app = { app_name: 'countersign-gateway', app_uid: actor };
    const isCall = type.startsWith('access.') && typeof data.requester === 'string';
    return isCall ? { ...app, user: userOf(data.requester) } : app;
  }
  if (actor === 'job') return { app_name: 'countersign' };
  if (actor === 'host') return { user: { name: 'host operator', type_id: ADMIN_USER, type: 'Admin' } };
  return { user: userOf(actor) };
}

const userOf = (id: unknown): Members => ({ uid: String(id), type_id: REGULAR_USER, type: 'User' });

/** The roles that a person has now, or had until they were removed; of a grant its id, by which the terms are found. */
function privilegesOf(type: string, data: AnyEventData): string[] {
  if (!type.startsWith('person.')) return [String(data.grant)];
  const roles = type === 'person.remove' ? data.before : data.after;
  return Array.isArray(roles) ? roles.map(String) : [];
}

/** What was requested or called; else the object that the leaf is about. */
function resourcesMember({ leaf: { data, tenant } }: ExportedEvent): Members {
  const { service, resource, terms } = data;
  if (typeof resource === 'string' && typeof service === 'string')
    return { resources: [{ name: resource, type: service, namespace: tenant }] };
  const scope = isObject(terms) ? terms['scope'] : undefined;
  if (isObject(terms) && Array.isArray(scope))
    return {
      resources: scope.map((entry: { resource: string; actions: string[] }) => ({
        name: entry.resource,
        type: String(terms['service']),
        namespace: tenant,
        labels: entry.actions,
      })),
    };
  const about = ABOUT.find((name) => typeof data[name] === 'string');
  return about === undefined ? {} : { resources: [{ uid: data[about], type: about, namespace: tenant }] };
}

/** The members that name a leaf's object, the closest first. */
const ABOUT: readonly EventMember[] = [
  'grant',
  'request',
  'invitation',
  'lock',
  'person',
  'gateway',
  'service',
  'session',
  'key',
];

function shownValues(personal: ExportedEvent['personal']): Members {
  return Object.fromEntries(
    Object.entries(personal).map(([name, value]) => [
      name,
      isOpened(value) ? { value: value.value, salt: value.salt } : { state: value },
    ]),
  );
}

const isOpened = (value: ExportedEvent['personal'][string] | undefined): value is Opening =>
  typeof value === 'object';

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null;

const textMember = (name: string, value: unknown): Members =>
  typeof value === 'string' && value !== '' ? { [name]: value } : {};
