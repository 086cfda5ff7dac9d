import { describe, expect, it } from 'vitest'
import { type Account, advanceTo } from '../../../electron/practice/model/account.ts'
import { createEnvironment, findEnvironment } from '../../../electron/practice/model/environments.ts'
import { publicNames, publicZones } from '../../../electron/practice/model/public-names.ts'
import { createPracticeAccount } from '../../../electron/practice/model/seed.ts'
import { swapCnames } from '../../../electron/practice/model/swap.ts'
import { createTemplate } from '../../../electron/practice/model/templates.ts'

const NOON = Date.parse('2026-11-22T12:00:00Z')

function addressesOf(account: Account, name: string): readonly string[] {
  const found = publicNames(account).find((record) => record.name === name)
  return found?.type === 'A' ? found.addresses : []
}

describe('names that point into Elastic Beanstalk', () => {
  it('follow a swap where they stand for the environment, and stay where they stand for its load balancer', () => {
    const account = createPracticeAccount({ accountId: '123456789012', region: 'eu-central-1', seed: 1, now: NOON })
    const blue = findEnvironment(account, { name: 'shop-production' })
    createTemplate(account, { applicationName: 'shop', name: 'saved', environment: blue, settings: [] }, 'template')
    const green = createEnvironment(
      account,
      {
        applicationName: 'shop',
        environmentName: 'shop-green',
        templateName: 'saved',
        versionLabel: '1.4.2',
        settings: [],
      },
      'create',
    )
    advanceTo(account, account.now + 600_000)
    expect(addressesOf(account, 'shop.example')).toEqual(blue.front?.addresses)
    swapCnames(account, blue, green, 'swap')
    advanceTo(account, account.now + 60_000)
    expect(addressesOf(account, 'shop.example')).toEqual(green.front?.addresses)
    expect(addressesOf(account, 'api.shop.example')).toEqual(blue.front?.addresses)
    expect(publicNames(account).find(({ name }) => name === 'www.shop.example')).toMatchObject({
      type: 'CNAME',
      target: 'shop.eu-central-1.elasticbeanstalk.com',
      ttlSeconds: 300,
    })
    expect(publicZones(account)).toContain('shop.example')
    // The listeners come along with the settings of blue.
    expect([...(green.stack?.resources.keys() ?? [])]).toContain('AWSEBV2LoadBalancerListener443')
  })
})
