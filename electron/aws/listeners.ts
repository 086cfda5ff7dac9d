import type { Listener as SdkListener } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Listener, Network } from '../release/world.ts'
import type { Clients } from './clients.ts'
import type { Send } from './send.ts'

/** The listeners of application and network load balancers, with every certificate of each; reads only. */
export function createListeners(clients: Clients, send: Send): Pick<Network, 'listeners'> {
  const service = { service: 'elasticloadbalancing', changes: false } as const

  async function certificatesOf(listener: SdkListener): Promise<readonly string[]> {
    const { ListenerArn: arn, Certificates: defaults = [] } = listener
    if (arn === undefined || defaults.length === 0) return []
    const { DescribeListenerCertificatesCommand } = await import('@aws-sdk/client-elastic-load-balancing-v2')
    const found: string[] = []
    let marker: string | undefined
    do {
      const page = await send({ ...service, operation: 'DescribeListenerCertificates' }, async (abortSignal) =>
        (await clients.elasticLoadBalancing()).send(
          new DescribeListenerCertificatesCommand({
            ListenerArn: arn,
            ...(marker === undefined ? {} : { Marker: marker }),
          }),
          { abortSignal },
        ),
      )
      found.push(...(page.Certificates ?? []).flatMap(({ CertificateArn: certificate }) => certificate ?? []))
      marker = page.NextMarker
    } while (marker !== undefined && marker !== '')
    return [...new Set(found)].toSorted()
  }

  return {
    listeners: async (loadBalancerArn) => {
      const { DescribeListenersCommand } = await import('@aws-sdk/client-elastic-load-balancing-v2')
      const found: Listener[] = []
      let marker: string | undefined
      do {
        const page = await send({ ...service, operation: 'DescribeListeners' }, async (abortSignal) =>
          (await clients.elasticLoadBalancing()).send(
            new DescribeListenersCommand({
              LoadBalancerArn: loadBalancerArn,
              ...(marker === undefined ? {} : { Marker: marker }),
            }),
            { abortSignal },
          ),
        )
        for (const listener of page.Listeners ?? []) {
          found.push({
            port: listener.Port ?? 0,
            protocol: listener.Protocol ?? '',
            certificates: await certificatesOf(listener),
            policy: listener.SslPolicy ?? null,
          })
        }
        marker = page.NextMarker
      } while (marker !== undefined && marker !== '')
      return found.toSorted((a, b) => a.port - b.port)
    },
  }
}
