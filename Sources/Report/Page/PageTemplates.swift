import Mustache

/// The templates of `summary.html`: what stands above its rows, one row, what stands below, and the
/// end with the script.
struct PageTemplates {
    let top: MustacheTemplate
    let row: MustacheTemplate
    let rest: MustacheTemplate
    let end: MustacheTemplate
    /// The style sheet, which each page holds.
    static let style = String(decoding: PackageResources.summary_css, as: UTF8.self)
    /// What sorts and filters its rows.
    let script: String

    /// Parses the templates, which are a part of the program.
    init() throws(ReportError) {
        Self.registerContentType()
        top = try Self.template(PackageResources.summary_top_mustache, "summary-top")
        row = try Self.template(PackageResources.summary_row_mustache, "summary-row")
        rest = try Self.template(PackageResources.summary_rest_mustache, "summary-rest")
        end = try Self.template(PackageResources.summary_end_mustache, "summary-end")
        script = String(decoding: PackageResources.rows_js, as: UTF8.self)
    }

    /// To be called before the parsing: it is there that the name is looked up.
    static func registerContentType() {
        MustacheContentTypes.register(PageText(), named: PageText.name)
    }

    static func template(
        _ bytes: [UInt8], _ name: String
    ) throws(ReportError) -> MustacheTemplate {
        do {
            return try MustacheTemplate(string: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw ReportError(.template, name, underlying: "\(error)")
        }
    }
}
