import Mustache

/// The templates of `summary.html`: what stands above its rows, one row, and what stands below.
struct PageTemplates {
    let top: MustacheTemplate
    let row: MustacheTemplate
    let bottom: MustacheTemplate
    /// The style sheet, which the page holds.
    let style: String

    /// Parses the templates, which are a part of the program.
    init() throws(ReportError) {
        // Before the parsing: it is there that the name is looked up.
        MustacheContentTypes.register(PageText(), named: PageText.name)
        top = try Self.template(PackageResources.summary_top_mustache, "summary-top")
        row = try Self.template(PackageResources.summary_row_mustache, "summary-row")
        bottom = try Self.template(PackageResources.summary_bottom_mustache, "summary-bottom")
        style = String(decoding: PackageResources.summary_css, as: UTF8.self)
    }

    private static func template(
        _ bytes: [UInt8], _ name: String
    ) throws(ReportError) -> MustacheTemplate {
        do {
            return try MustacheTemplate(string: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw ReportError(.template, name, underlying: "\(error)")
        }
    }
}
