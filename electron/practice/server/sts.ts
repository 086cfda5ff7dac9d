import type { QueryService } from './query-service.ts'

/** Who the caller is; no permission is needed to ask. */
export const STS: QueryService = {
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  resource: () => '*',
  operations: {
    GetCallerIdentity: ({ principal }) => ({
      Arn: principal.arn,
      UserId: principal.userId,
      Account: principal.accountId,
    }),
  },
}
