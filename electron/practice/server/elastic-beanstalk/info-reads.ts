import type { InfoType } from '../../model/environment-info.ts'
import { retrievedInfo } from '../../model/environment-info.ts'
import { instant, list } from '../document.ts'
import type { Operation } from '../query-service.ts'
import { presign } from '../signature.ts'
import { environmentOf } from './request.ts'

const EXPIRES_SECONDS = 900

/** The operation that tells where the logs are that were asked for. */
export const INFO_READS: Readonly<Record<string, Operation>> = {
  RetrieveEnvironmentInfo: (call) => {
    const { account, cloud, parameters } = call
    const type = parameters.required('InfoType') as InfoType
    const bucket = `elasticbeanstalk-${account.region}-${account.accountId}`
    return {
      EnvironmentInfo: list(
        retrievedInfo(account, environmentOf(call), type).map(({ instanceId, at, key }) => ({
          InfoType: type,
          Ec2InstanceId: instanceId,
          SampleTimestamp: instant(at),
          Message: presign(
            call.endpoint,
            { bucket, key, region: account.region },
            cloud.principals.operator,
            Date.now(),
            EXPIRES_SECONDS,
          ),
        })),
      ),
    }
  },
}
