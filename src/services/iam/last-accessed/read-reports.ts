import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import type { EntityRow } from "../entities.js";
import { IamConstraints } from "../iam-constraints.js";
import type { IamDeps } from "../iam-deps.js";
import { pageOf, pageStart } from "../listing.js";
import { type Attempt, attemptsOf, type ReportJob, requireJob, serviceOf } from "./report-jobs.js";
import { grantedServices, reportedResource } from "./reported-resource.js";

/** Job and page of both answers: a report is made when it is read, so it is always complete. */
const completed = (job: ReportJob) => ({
  JobStatus: "COMPLETED" as const,
  JobCreationDate: new Date(job.created_ms),
  JobCompletionDate: new Date(job.created_ms),
});

export const getServiceLastAccessedDetails = (deps: IamDeps) =>
  operation<Iam.GetServiceLastAccessedDetailsRequest, Iam.GetServiceLastAccessedDetailsResponse>({
    name: "GetServiceLastAccessedDetails",
    readOnly: true,
    event: management,
    access: () => [{ action: "iam:GetServiceLastAccessedDetails", resource: "*" }],
    execute: async (input, call) => {
      new IamConstraints().listing(input).check("ValidationError");
      const job = await requireJob(deps, call, input.JobId);
      const { entities, documents } = await reportedResource(deps.settings.read, job.account_id, job.resource_arn);
      const attempts = await attemptsOf(
        deps,
        job,
        entities.map(({ entity_id }) => entity_id),
      );
      const { after, fetch } = pageStart(input);
      const services = grantedServices(deps.knownServices(), documents).filter(({ namespace }) => namespace > after);
      const { items, page } = pageOf(services.slice(0, fetch), input, ({ namespace }) => namespace);
      return {
        ...completed(job),
        JobType: job.granularity,
        ServicesLastAccessed: items.map(({ namespace, name, actions }) => {
          const ofService = attempts.filter((attempt) => serviceOf(attempt) === namespace);
          const [last] = ofService;
          return {
            ServiceName: name,
            ServiceNamespace: namespace,
            TotalAuthenticatedEntities: new Set(ofService.map(({ entityId }) => entityId)).size,
            ...(last && {
              LastAuthenticated: new Date(last.timeMs),
              LastAuthenticatedEntity: arnOf(last, entities),
              LastAuthenticatedRegion: last.region,
            }),
            ...(job.granularity === "ACTION_LEVEL" && {
              TrackedActionsLastAccessed: actions.map((action) => actionDetail(action, ofService, entities)),
            }),
          };
        }),
        ...page,
      };
    },
  });

function actionDetail(
  action: string,
  attempts: readonly Attempt[],
  entities: readonly EntityRow[],
): Iam.TrackedActionLastAccessed {
  const last = attempts.find((attempt) => attempt.action === action);
  const ActionName = action.slice(action.indexOf(":") + 1);
  if (!last) return { ActionName };
  return {
    ActionName,
    LastAccessedEntity: arnOf(last, entities),
    LastAccessedTime: new Date(last.timeMs),
    LastAccessedRegion: last.region,
  };
}

function arnOf({ entityId }: Attempt, entities: readonly EntityRow[]): string {
  return entities.find(({ entity_id }) => entity_id === entityId)!.arn;
}

export const getServiceLastAccessedDetailsWithEntities = (deps: IamDeps) =>
  operation<
    Iam.GetServiceLastAccessedDetailsWithEntitiesRequest,
    Iam.GetServiceLastAccessedDetailsWithEntitiesResponse
  >({
    name: "GetServiceLastAccessedDetailsWithEntities",
    readOnly: true,
    event: management,
    access: () => [{ action: "iam:GetServiceLastAccessedDetailsWithEntities", resource: "*" }],
    execute: async (input, call) => {
      new IamConstraints()
        .listing(input)
        .required("serviceNamespace", input.ServiceNamespace)
        .length("serviceNamespace", input.ServiceNamespace, { min: 1, max: 64 })
        .pattern("serviceNamespace", input.ServiceNamespace, /^[\w-]*$/)
        .check("ValidationError");
      const job = await requireJob(deps, call, input.JobId);
      const { entities } = await reportedResource(deps.settings.read, job.account_id, job.resource_arn);
      const ids = entities.map(({ entity_id }) => entity_id);
      const attempts = (await attemptsOf(deps, job, ids)).filter(
        (attempt) => serviceOf(attempt) === input.ServiceNamespace,
      );
      const lastOf = (entity: EntityRow) => attempts.find(({ entityId }) => entityId === entity.entity_id)?.timeMs;
      // The latest first, those that never asked last.
      const sorted = entities
        .map((entity) => ({ entity, lastMs: lastOf(entity) }))
        .sort((one, other) => (other.lastMs ?? -1) - (one.lastMs ?? -1) || (one.entity.arn < other.entity.arn ? -1 : 1))
        .map((one, place) => ({ ...one, place: place + 1 }));
      const { after, fetch } = pageStart(input);
      const rest = sorted.filter(({ place }) => after === "" || place > Number(after));
      const { items, page } = pageOf(rest.slice(0, fetch), input, ({ place }) => String(place));
      return {
        ...completed(job),
        EntityDetailsList: items.map(({ entity, lastMs }) => ({
          EntityInfo: {
            Arn: entity.arn,
            Name: entity.name,
            Type: entity.kind.toUpperCase() as Iam.PolicyOwnerEntityType,
            Id: entity.entity_id,
            Path: entity.path,
          },
          ...(lastMs !== undefined && { LastAuthenticated: new Date(lastMs) }),
        })),
        ...page,
      };
    },
  });
