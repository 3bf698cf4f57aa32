// Made by `airudder import`; do not edit.
/**
 * Types of a catalog.
 *
 * const client = new Client({ catalog }) as VendorClient;
 */
import type { CallOptions, CallPromise, Client, File, Json, Operations } from "airudder";

export interface Contact {
  /** 带国际区号的号码 */
  callee: string;
  caseid?: string;
  variables?: Record<string, string>;
}

/** 目录，可以嵌套 */
export interface Folder {
  id: string;
  name: string;
  children?: Folder[];
}

export interface Page {
  page: number;
  page_size: number;
  total: number;
}

export interface Plan {
  /** 计划名称 */
  name: string;
  /** 模板 ID */
  template_id: string;
  /** 每个号码最多拨打次数 */
  max_attempts?: number;
  /** 备注 */
  note?: string | null;
  /** 计划 ID */
  plan_id: string;
  status: PlanStatus;
  created_at: string;
  owner?: PlanOwner | null;
}

export interface PlanOwner {
  id: number;
  name?: string;
}

export interface PlanDraft {
  /** 计划名称 */
  name: string;
  /** 模板 ID */
  template_id: string;
  /** 每个号码最多拨打次数 */
  max_attempts?: number;
  /** 备注 */
  note?: string | null;
}

export interface PlanFinished {
  event: "plan.finished";
  plan_id: string;
  run_id: string;
  counts: PlanFinishedCounts;
}

export interface PlanFinishedCounts {
  called: number;
  connected: number;
}

/**
 * 计划状态
 * draft: 草稿
 * running: 执行中
 * finished: 已结束
 */
export type PlanStatus = "draft" | "running" | "finished";

export interface Run {
  run_id: string;
  plan_id: string;
  state: "waiting" | "calling" | "done";
  finished_at?: string | null;
  rate?: number;
}

export interface Template {
  template_id: string;
  name: string;
  channel: string;
  content?: TextContent | VoiceContent;
  updated_at?: string | null;
}

export interface TextContent {
  kind: "text";
  text: string;
}

export interface VoiceContent {
  kind: "voice";
  url: string;
  seconds?: number;
}

export interface WabaAccount {
  waba_id: string;
  name: string;
  verified?: boolean;
}

export interface WabaNumber {
  phone: string;
  display_name?: string | null;
  quality: "GREEN" | "YELLOW" | "RED";
  limits?: WabaNumberLimits;
}

export interface WabaNumberLimits {
  per_day?: number;
  per_second?: number;
}

export interface Window {
  /** 星期几 */
  days: number[];
  from: string;
  to: string;
}

export interface PlansCreateParams {
  /** 计划名称 */
  name: string;
  /** 模板 ID */
  template_id: string;
  /** 每个号码最多拨打次数 */
  max_attempts?: number;
  /** 备注 */
  note?: string | null;
  /** 可拨打时间段 */
  windows: Window[];
  tags?: string[];
  /** 变量，键名任意 */
  variables?: Record<string, string>;
}

export interface PlansCreateRunsParams {
  /** 计划 ID */
  plan_id: string;
  /** 仅检查，不外呼 */
  dry_run?: boolean;
  /** 开始时间；为空则立即开始 */
  start_at?: string | null;
  /** 联系人分组 */
  contacts: PlansCreateRunsParamsContactsItem[];
  /**
   * 优先级
   * 1: 低
   * 2: 中
   * 3: 高
   */
  priority?: 1 | 2 | 3;
}

export interface PlansCreateRunsParamsContactsItem {
  group?: string;
  rows: Contact[];
}

export interface PlansCreateRunsResult {
  run_id: string;
  accepted: number;
  rejected?: PlansCreateRunsResultRejectedItem[];
}

export interface PlansCreateRunsResultRejectedItem {
  callee: string;
  reason: string;
}

export interface PlansDeleteParams {
  /** 计划 ID */
  plan_id: string;
}

export interface PlansGetParams {
  /** 计划 ID */
  plan_id: string;
}

export interface PlansGetRunsReportParams {
  /** 计划 ID */
  plan_id: string;
  /** 执行 ID */
  run_id: string;
  /** 语言 */
  lang: "zh" | "en";
}

export interface PlansGetRunsReportResult {
  url: string;
}

export interface PlansListParams {
  /** 页码，从 1 开始 */
  page?: number;
  /** 每页条数 */
  page_size?: number;
  /** 计划状态 */
  status?: PlanStatus;
  /** 名称关键字 */
  keyword?: string;
  /** 是否返回统计 */
  with_stats?: boolean;
}

export interface PlansListResult {
  page: number;
  page_size: number;
  total: number;
  list: Plan[];
}

export interface PlansListRunsParams {
  /** 计划 ID */
  plan_id: string;
  /** 页码，从 1 开始 */
  page?: number;
  /** 每页条数 */
  page_size?: number;
}

export interface PlansListRunsResult {
  page: number;
  page_size: number;
  total: number;
  list: Run[];
}

export interface PlansUpdateParams {
  /** 计划 ID */
  plan_id: string;
  /** 计划名称 */
  name: string;
  /** 模板 ID */
  template_id: string;
  /** 每个号码最多拨打次数 */
  max_attempts?: number;
  /** 备注 */
  note?: string | null;
}

export interface TemplatesCreateParams {
  name: string;
  channel: "voice" | "sms" | "whatsapp";
  content: TextContent | VoiceContent;
  parent_id?: string | null;
}

export interface TemplatesCreatePreviewParams {
  /** 模板 ID */
  template_id: string;
  variables: Record<string, string>;
}

export interface TemplatesCreatePreviewResult {
  text: string;
}

export interface TemplatesDeleteParams {
  /** 模板 ID */
  template_id: string;
  /** 强制删除 */
  force?: boolean;
}

export interface TemplatesGetParams {
  /** 模板 ID */
  template_id: string;
}

export interface TemplatesGetTreeParams {
  /** 模板 ID */
  template_id: string;
}

export interface TemplatesListParams {
  /** 页码，从 1 开始 */
  page?: number;
  /** 每页条数 */
  page_size?: number;
  /** 渠道 */
  channel?: "voice" | "sms" | "whatsapp";
}

export interface TemplatesListResult {
  page: number;
  page_size: number;
  total: number;
  list: Template[];
}

export interface WabaBindNumberParams {
  /** 账号 ID */
  waba_id: string;
  /** 带国际区号的号码 */
  phone: string;
  display_name?: string;
}

export interface WabaListAccountsParams {
}

export interface WabaListAccountsResult {
  accounts: WabaAccount[];
}

export interface WabaListNumbersParams {
  /** 账号 ID */
  waba_id: string;
}

export interface WabaSendMessageParams {
  /** 发送号码 */
  from: string;
  /** 接收号码 */
  to: string;
  template: string;
  language: "zh_CN" | "en_US" | "id_ID";
  components?: WabaSendMessageParamsComponentsItem[];
}

export interface WabaSendMessageParamsComponentsItem {
  type: "header" | "body" | "button";
  parameters: WabaSendMessageParamsComponentsItemParametersItem[];
}

export interface WabaSendMessageParamsComponentsItemParametersItem {
  type: "text" | "currency";
  text?: string;
  currency?: WabaSendMessageParamsComponentsItemParametersItemCurrency;
}

export interface WabaSendMessageParamsComponentsItemParametersItemCurrency {
  code: string;
  amount_1000: number;
}

export interface WabaSendMessageResult {
  message_id: string;
}

export interface WabaUnbindNumberParams {
  /** 号码 */
  phone: string;
}

export interface WabaUpdateNumberParams {
  /** 号码 */
  phone: string;
  display_name?: string;
  limits?: WabaUpdateNumberParamsLimits;
}

export interface WabaUpdateNumberParamsLimits {
  per_day: number;
  per_second?: number;
}

export type PlanFinishedData = PlanFinished;

export interface Plans {
  /**
   * 创建计划
   *
   * 创建一个计划；不会立即外呼。
   *
   * POST `/service/plans`. Is never repeated when its outcome is unknown.
   */
  create(params: PlansCreateParams, options?: CallOptions): CallPromise<Plan>;
  /**
   * 启动计划
   *
   * 按计划外呼。重复提交会重复外呼。
   *
   * POST `/service/plans/{plan_id}/runs`. Is never repeated when its outcome is unknown.
   */
  createRuns(params: PlansCreateRunsParams, options?: CallOptions): CallPromise<PlansCreateRunsResult>;
  /**
   * 删除计划
   *
   * DELETE `/service/plans/{plan_id}`. Is never repeated when its outcome is unknown.
   */
  delete(params: PlansDeleteParams, options?: CallOptions): CallPromise<Record<string, Json> | null>;
  /**
   * 查询计划
   *
   * GET `/service/plans/{plan_id}`. Is never repeated when its outcome is unknown.
   */
  get(params: PlansGetParams, options?: CallOptions): CallPromise<Plan>;
  /**
   * 下载执行报告
   *
   * GET `/service/plans/{plan_id}/runs/{run_id}/report`. Is never repeated when its outcome is unknown.
   */
  getRunsReport(params: PlansGetRunsReportParams, options?: CallOptions): CallPromise<File | PlansGetRunsReportResult>;
  /**
   * 查询计划列表
   *
   * GET `/service/plans`. Is never repeated when its outcome is unknown.
   */
  list(params?: PlansListParams, options?: CallOptions): CallPromise<PlansListResult>;
  /**
   * 查询计划的执行记录
   *
   * GET `/service/plans/{plan_id}/runs`. Is never repeated when its outcome is unknown.
   */
  listRuns(params: PlansListRunsParams, options?: CallOptions): CallPromise<PlansListRunsResult>;
  /**
   * 修改计划
   *
   * PUT `/service/plans/{plan_id}`. Is never repeated when its outcome is unknown.
   */
  update(params: PlansUpdateParams, options?: CallOptions): CallPromise<Plan>;
}

export interface Templates {
  /**
   * 创建模板
   *
   * POST `/service/templates`. Is never repeated when its outcome is unknown.
   */
  create(params: TemplatesCreateParams, options?: CallOptions): CallPromise<Template>;
  /**
   * 预览模板
   *
   * POST `/service/templates/{template_id}/preview`. Is never repeated when its outcome is unknown.
   */
  createPreview(params: TemplatesCreatePreviewParams, options?: CallOptions): CallPromise<TemplatesCreatePreviewResult>;
  /**
   * 删除模板
   *
   * DELETE `/service/templates/{template_id}`. Is never repeated when its outcome is unknown.
   */
  delete(params: TemplatesDeleteParams, options?: CallOptions): CallPromise<Record<string, Json>>;
  /**
   * 模板详情
   *
   * GET `/service/templates/{template_id}`. Is never repeated when its outcome is unknown.
   */
  get(params: TemplatesGetParams, options?: CallOptions): CallPromise<Template>;
  /**
   * 模板目录树
   *
   * GET `/service/templates/{template_id}/tree`. Is never repeated when its outcome is unknown.
   */
  getTree(params: TemplatesGetTreeParams, options?: CallOptions): CallPromise<Folder>;
  /**
   * 模板列表
   *
   * GET `/service/templates`. Is never repeated when its outcome is unknown.
   */
  list(params?: TemplatesListParams, options?: CallOptions): CallPromise<TemplatesListResult>;
}

export interface Waba {
  /**
   * 绑定 WABA 号码
   *
   * POST `/service/sms/waba/accounts/{waba_id}/numbers`. Is never repeated when its outcome is unknown.
   */
  bindNumber(params: WabaBindNumberParams, options?: CallOptions): CallPromise<WabaNumber>;
  /**
   * WABA 账号列表
   *
   * GET `/service/sms/waba/accounts`. Is never repeated when its outcome is unknown.
   */
  listAccounts(params?: WabaListAccountsParams, options?: CallOptions): CallPromise<WabaListAccountsResult>;
  /**
   * WABA 号码列表
   *
   * GET `/service/sms/waba/accounts/{waba_id}/numbers`. Is never repeated when its outcome is unknown.
   */
  listNumbers(params: WabaListNumbersParams, options?: CallOptions): CallPromise<WabaNumber[]>;
  /**
   * 发送 WABA 消息
   *
   * POST `/service/sms/waba/messages`. Is never repeated when its outcome is unknown.
   */
  sendMessage(params: WabaSendMessageParams, options?: CallOptions): CallPromise<WabaSendMessageResult>;
  /**
   * 解绑 WABA 号码
   *
   * DELETE `/service/sms/waba/numbers/{phone}`. Is never repeated when its outcome is unknown.
   */
  unbindNumber(params: WabaUnbindNumberParams, options?: CallOptions): CallPromise<Record<string, Json>>;
  /**
   * 修改 WABA 号码
   *
   * PUT `/service/sms/waba/numbers/{phone}`. Is never repeated when its outcome is unknown.
   */
  updateNumber(params: WabaUpdateNumberParams, options?: CallOptions): CallPromise<WabaNumber>;
}

/** Parameters and result of each operation of the catalog. */
export interface VendorOperations {
  "plans.create": { params: PlansCreateParams; result: Plan };
  "plans.create_runs": { params: PlansCreateRunsParams; result: PlansCreateRunsResult };
  "plans.delete": { params: PlansDeleteParams; result: Record<string, Json> | null };
  "plans.get": { params: PlansGetParams; result: Plan };
  "plans.get_runs_report": { params: PlansGetRunsReportParams; result: File | PlansGetRunsReportResult };
  "plans.list": { params: PlansListParams; result: PlansListResult };
  "plans.list_runs": { params: PlansListRunsParams; result: PlansListRunsResult };
  "plans.update": { params: PlansUpdateParams; result: Plan };
  "templates.create": { params: TemplatesCreateParams; result: Template };
  "templates.create_preview": { params: TemplatesCreatePreviewParams; result: TemplatesCreatePreviewResult };
  "templates.delete": { params: TemplatesDeleteParams; result: Record<string, Json> };
  "templates.get": { params: TemplatesGetParams; result: Template };
  "templates.get_tree": { params: TemplatesGetTreeParams; result: Folder };
  "templates.list": { params: TemplatesListParams; result: TemplatesListResult };
  "waba.bind_number": { params: WabaBindNumberParams; result: WabaNumber };
  "waba.list_accounts": { params: WabaListAccountsParams; result: WabaListAccountsResult };
  "waba.list_numbers": { params: WabaListNumbersParams; result: WabaNumber[] };
  "waba.send_message": { params: WabaSendMessageParams; result: WabaSendMessageResult };
  "waba.unbind_number": { params: WabaUnbindNumberParams; result: Record<string, Json> };
  "waba.update_number": { params: WabaUpdateNumberParams; result: WabaNumber };
}

/** The data of each event of the catalog. */
export interface VendorEvents {
  "plan.finished": PlanFinishedData;
}

/** A client with the operations of the catalog as methods. */
export interface VendorClient extends Client {
  readonly plans: Plans;
  readonly templates: Templates;
  readonly waba: Waba;
  call<Name extends keyof VendorOperations>(
    name: Name,
    params: VendorOperations[Name]["params"],
    options?: CallOptions,
  ): CallPromise<VendorOperations[Name]["result"]>;
  call<Name extends keyof Operations>(
    name: Name,
    params: Operations[Name]["params"],
    options?: CallOptions,
  ): CallPromise<Operations[Name]["result"]>;
  prepare<Name extends keyof VendorOperations>(
    name: Name,
    params: VendorOperations[Name]["params"],
    options?: CallOptions,
  ): ReturnType<Client["prepare"]>;
  prepare<Name extends keyof Operations>(
    name: Name,
    params: Operations[Name]["params"],
    options?: CallOptions,
  ): ReturnType<Client["prepare"]>;
}
