import { Controller, Get, Header, Inject } from '@nestjs/common';
import { Describe } from '../http/endpoint.js';
import { Public } from '../http/marks.js';
import { type BrokerSettings, SETTINGS } from '../injection.js';
import { HOME_POLICY, homePage } from './home-page.js';

@Controller()
export class HomeController {
  constructor(@Inject(SETTINGS) private readonly settings: BrokerSettings) {}

  @Get()
  @Public()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', HOME_POLICY)
  @Describe({
    summary: 'What runs here and what to try',
    answer: { status: 200, description: 'A page.', type: 'text/html' },
  })
  home(): string {
    return homePage(this.settings);
  }
}
