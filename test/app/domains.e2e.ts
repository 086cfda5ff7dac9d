import { testIds } from '../../renderer/test-ids.ts'
import { expect, SHOP, test } from './stage.ts'

test('catches a custom domain on the load balancer before the swap, and goes on when it follows', async ({ stage }) => {
  const account = await stage.account()
  const { operator, page } = await stage.release(account)
  await operator.walkTo('test')
  await operator.throwLever()
  await operator.signOff('Looked at the front page.')
  await operator.reaches('test', 'proved')

  const gate = operator.by(testIds.gate('domains'))
  await test.step('api.shop.example is an alias of blue’s load balancer', async () => {
    await expect(gate).toHaveAttribute('data-status', 'failed')
    await expect(gate).toContainText('api.shop.example leads to')
    await expect(gate).toContainText('blue’s load balancer: the swap does not move it')
    await expect(gate).toContainText(`Point it to ${SHOP.cname} instead`)
    await expect(operator.by(testIds.lever)).toBeDisabled()
    await expect(operator.by(testIds.domain('www.shop.example'))).toHaveAttribute('data-follows', 'yes')
    await expect(operator.by(testIds.domain('shop.example'))).toHaveAttribute('data-follows', 'yes')
    await expect(operator.by(testIds.domain('shop.example'))).toContainText('a valid certificate')
    await expect(operator.by(testIds.domain('api.shop.example'))).toHaveAttribute('data-follows', 'no')
    await page.screenshot({ path: test.info().outputPath('domains.png') })
    expect(await account.count('SwapEnvironmentCNAMEs')).toBe(0)
  })

  await test.step('a domain that is entered by hand is looked at too', async () => {
    await page.getByText('Domains at another DNS provider').click()
    await operator.fill(testIds.domainList, 'not a domain/')
    await expect(operator.by(testIds.saveDomains)).toBeDisabled()
    await operator.fill(testIds.domainList, 'nowhere.shop.example')
    await operator.by(testIds.saveDomains).click()
    await expect(operator.by(testIds.domain('nowhere.shop.example'))).toHaveAttribute('data-follows', 'unknown')
    await expect(operator.by(testIds.domain('nowhere.shop.example'))).toContainText('nowhere')
  })

  await test.step('with a reason the release goes on, and the record that is left is named at the end', async () => {
    await operator.waive('domains', 'The partners’ domain is moved by hand right after the swap.')
    await expect(gate).toHaveAttribute('data-mark', 'waived')
    await operator.walkTo('retire')
    await operator.fill(testIds.typedUrl, SHOP.cname)
    await operator.throwLever()
    expect(await operator.outcome()).toBe('completed')
    await expect(operator.by(testIds.outcome)).toContainText('api.shop.example')
    await expect(operator.by(testIds.outcome)).toContainText('Nobody answers there any more')
  })
})
